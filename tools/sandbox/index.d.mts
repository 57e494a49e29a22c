/** What runs in a sandbox. */
export type Component =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kwok"
  | "metrics-stand-in"
  | "registry-token"
  | "registry"
  | "git";

export interface ComponentStatus {
  readonly name: Component;
  readonly pid?: number;
  readonly address: string;
  readonly state: "running" | "unready" | "stopped";
}

/** A repository my-org/NAME.git. */
export interface Repository {
  readonly name: string;
  /** The one that applications name, `https://github.com/my-org/NAME.git`; git settings of the environment lead it to the sandbox. */
  readonly url: string;
  /** The same repository by its real address. */
  readonly sandboxUrl: string;
  /** The bare repository on disk. */
  readonly path: string;
}

export interface PushedImage {
  readonly reference: string;
  /** Without the registry's name: `my-org/api-service`. */
  readonly repository: string;
  readonly tag: string;
  /** `sha256:...` of the manifest. */
  readonly digest: string;
}

/** `.sandbox` of the checkout, or the folder that SANDBOX_DIR names. */
export function defaultFolder(): string;

/** Starts in `dir` what does not run yet and returns when all of it is ready: the names of what it started. `npm run setup` must have run. */
export function up(dir: string): Promise<readonly Component[]>;

/** Ends everything and removes the folder; with `keep` the data stays for the next `up`. */
export function down(dir: string, options?: { readonly keep?: boolean }): Promise<void>;

/** Each component; an empty list when there is no sandbox in `dir`. */
export function status(dir: string): Promise<readonly ComponentStatus[]>;

/** Ends one component and returns when it is gone. Its data and port stay. */
export function stop(dir: string, component: Component): Promise<void>;

/** Starts a stopped component on the same port and returns when it is ready. */
export function start(dir: string, component: Component): Promise<void>;

/** Stops and starts one component. */
export function restart(dir: string, component: Component): Promise<void>;

/** Variables for child processes and for this one, PATH among them: what `npm run sandbox -- env --json` prints. */
export function environment(dir: string): Record<string, string>;

/** Makes an empty bare repository with the default branch main, unless it exists. */
export function createRepository(dir: string, name: string): Repository;

/** Pushes a tiny image under each of `[registry.example.com/]my-org/NAME:TAG`, in the order given. The same reference always has the same digest. */
export function pushImages(dir: string, references: readonly string[]): Promise<readonly PushedImage[]>;

/** Lets the pods of a namespace whose names start with `prefix` use `percentage` of the CPU they request, for autoscalers; the usual load is 50. */
export function setLoad(dir: string, namespace: string, prefix: string, percentage: number): Promise<void>;

/** Requests by method and kind, `GET tags`, since a server started. */
export type Tally = Readonly<Record<string, number>>;

/** What Git, the registry and the registry's token server have been asked for. */
export function requestCounts(
  dir: string,
): Promise<{ readonly git: Tally; readonly registry: Tally; readonly tokens: Tally }>;
