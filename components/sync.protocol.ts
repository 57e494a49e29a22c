import type { IgnoreDifference, NamespaceMetadata, Retry } from "./application/application.ts";
import type { ProjectRules, Window } from "./project/project.ts";

/**
 * What the program, the state and the provider process say to each other about one Application in one environment.
 * The state outlives the code, so `protocol` is stored with the outputs and newer code reads older numbers (sync.state.ts).
 */
export const PROTOCOL = 4;

/** Where the cluster is; never how to prove who we are. */
export type ClusterReference = KubeconfigReference | InClusterReference | GkeReference;

/** A cluster that a kubeconfig leads to. */
export interface KubeconfigReference {
  readonly kind: "kubeconfig";
  /** Path of the file; a leading `~/` is the home folder. @default KUBECONFIG, else `~/.kube/config` */
  readonly path?: string;
  /** @default current-context of the kubeconfig */
  readonly context?: string;
}

/** The cluster in which this very program runs as a pod. */
export interface InClusterReference {
  readonly kind: "inCluster";
}

/** A cluster of Google Kubernetes Engine. */
export interface GkeReference {
  readonly kind: "gke";
  readonly project: string;
  /** A region, or the zone of a zonal cluster. */
  readonly location: string;
  readonly name: string;
  /** Host of the control plane, or a URL. @default what the GKE API says: the DNS endpoint if it may be used, else the address */
  readonly endpoint?: string;
  /** Certificates of the control plane's authority, PEM in base64. @default the public ones, which the DNS endpoint is signed by */
  readonly ca?: string;
}

export interface Policy {
  readonly namespace: string;
  readonly createNamespace: boolean;
  /** `spec.syncPolicy.managedNamespaceMetadata`; absent when there is none. */
  readonly namespaceMetadata?: NamespaceMetadata;
  /** False for an Application without `syncPolicy.automated`: a person's `up` applies Git, but nothing is pruned. */
  readonly automated: boolean;
  readonly prune: boolean;
  readonly selfHeal: boolean;
  readonly allowEmpty: boolean;
  readonly adopt: boolean;
  readonly retry: Retry;
  readonly wait: "healthy" | "applied";
  readonly timeoutMs: number;
  /** What happens to the objects when the Application goes; "orphan" when it has no Argo CD resources finalizer. */
  readonly cascade: "foreground" | "background" | "orphan";
  /** Nothing is deleted by `pulumi destroy`; an Application still goes when Git removes it. */
  readonly protect: boolean;
  /** Patterns of field managers that are a person's tool. */
  readonly people: readonly string[];
  /** `spec.ignoreDifferences`; absent when there is none. */
  readonly ignore?: readonly IgnoreDifference[];
  /** `spec.syncPolicy.syncOptions` but for CreateNamespace; absent when there is none. */
  readonly syncOptions?: readonly string[];
  /** RFC 3339: a person approves removals that have waited for it until then. */
  readonly deletionApproved?: string;
  /** What the Application asks for and has another effect than in Argo CD: sentences. */
  readonly remarks?: readonly string[];
  /** Of its project, asked before every write; absent when everything is permitted. */
  readonly project?: ProjectRules;
  /** Of its project; absent when none concerns the Application. */
  readonly windows?: readonly Window[];
}

/** A tag offered by the registry for one image; `tag` is absent when no tag is allowed. */
export interface Candidate {
  /** With the strategy digest `<tag>@<digest>`. */
  readonly tag?: string;
  readonly reason?: string;
  /** The allow-tags text: it says which part of a tag is the version. */
  readonly allowTags?: string;
  /** Why the tag may have been selected by accident. */
  readonly warning?: string;
  /** @default semver */
  readonly strategy?: "semver" | "alphabetical" | "newest-build" | "digest";
  /** With newest-build: when the tags that may be decided for were built. */
  readonly created?: Readonly<Record<string, string>>;
  /** The image that the manifests name where this one is to run. */
  readonly replaces?: string;
  /** A better tag that may not be taken yet, and why: a sentence. */
  readonly waiting?: string;
  /** Patterns of bad versions. */
  readonly skip?: readonly string[];
  /** True where new tags are only proposed in Git: `tag` is what Git says then. */
  readonly fromGit?: boolean;
}

/** A tag that runs healthy, or ran; RFC 3339. */
export interface HealthyRun {
  readonly tag: string;
  readonly since: string;
  /** Absent while it runs. */
  readonly until?: string;
}

/** By image, the latest run first. */
export type HealthyRuns = Readonly<Record<string, readonly HealthyRun[]>>;

/** Real values of Secrets. The engine keeps this property encrypted because the program marks it secret. */
export interface Secrets {
  /** Keys the hashes that stand for Secret values in `manifests`; drawn once and kept. */
  readonly key?: string;
  /** Object -> field of `data` -> base64 value. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What inputs and outputs have in common. */
export interface Identity {
  readonly environment: string;
  readonly application: string;
  readonly cluster: ClusterReference;
  /** Of the Sync resource, so that the provider can speak in its row; `urn` itself is reserved. */
  readonly resourceUrn: string;
  readonly revision: string;
  readonly policy: Policy;
  readonly secrets: Secrets;
  /**
   * Image -> when the tag that runs was built, for the strategy newest-build: the registry cannot be asked any more once the tag is
   * deleted. Absent in what the program registers.
   */
  readonly builtAt?: Readonly<Record<string, string>> | undefined;
  /** Images whose tag is Git's own word, which Git may also lower. Absent in what the program registers. */
  readonly fromGit?: readonly string[] | undefined;
}

/** What the program tells of one Application beside the others. */
export interface Assignment {
  readonly application: string;
  /** The objects that it states; absent while its sources cannot be read, or are not, because it is skipped. */
  readonly objects?: readonly string[];
  readonly skipped?: boolean;
}

/** What the program says of one Application. */
export interface ProgramInputs extends Identity {
  /** Object -> canonical JSON, as rendered from Git; Secret values are in `secrets` only. */
  readonly manifests: Readonly<Record<string, string>>;
  /** Hooks, in the same form; they run at their moment of a sync and are never drift. Absent when there are none. */
  readonly hooks?: Readonly<Record<string, string>>;
  readonly candidates: Readonly<Record<string, Candidate>>;
  readonly pins: Readonly<Record<string, string>>;
  /** Image -> tag that the program foresaw and rendered a chart with, empty for none; absent where no chart is told of images. */
  readonly renderedWith?: Readonly<Record<string, string>>;
  /** Why nothing of this Application may change in this run. */
  readonly hold?: string;
  /** File in which the program writes what each Application states, as it becomes known. Never kept. */
  readonly assignments?: string;
  /** True when a person wants it on hold, which is no failure. */
  readonly skipped?: boolean;
}

/** The same as the engine is given it: all that is always known and no secret is one text. */
export interface RegisteredInputs extends Pick<ProgramInputs, "cluster" | "secrets"> {
  /** The rest, as JSON: the SDK takes some promises for each value that it is given. */
  readonly desired: string;
}

/** All that the program says of what is desired. */
export type SyncArgs = Omit<ProgramInputs, "resourceUrn" | "cluster">;

/** What becomes `desired`: without the Secrets, which the engine has to know as such. */
export function foldDesired(inputs: SyncArgs, resourceUrn: string): string {
  return JSON.stringify({ ...inputs, resourceUrn, secrets: undefined });
}

/** What the program said, out of what the engine was given. */
export function unfoldDesired({ desired, ...rest }: RegisteredInputs): ProgramInputs {
  return { ...(JSON.parse(desired) as Omit<ProgramInputs, keyof RegisteredInputs>), ...rest };
}

/** What `check` makes of it and the state keeps: images decided, ownership stamped, Secrets masked. */
export interface CheckedInputs extends Identity {
  readonly manifests: Readonly<Record<string, string>>;
  /** Hooks, stamped only when they run: the name of some is not known before. */
  readonly hooks?: Readonly<Record<string, string>>;
  readonly images: Readonly<Record<string, string>>;
  /** Drawn when the resource is first checked: a later owner of the same name draws another one. */
  readonly claim: string;
  /** Always "Healthy" here; `read` answers with what is wrong after a sync that did not finish. */
  readonly health: string;
  readonly hold?: string;
  readonly skipped?: boolean;
  /** Only in what `read` answers, when the reference leads to another cluster than before: uids of both. */
  readonly moved?: { readonly from: string; readonly to: string };
}

/** One sync that wrote something, or tried to. */
export interface PastSync {
  /** When it ended, RFC 3339. */
  readonly at: string;
  /** `user@host`, or who started the pipeline. */
  readonly by: string;
  readonly revision: string;
  /** Absent: the same as of the sync before. */
  readonly images?: Readonly<Record<string, string>>;
  /** `synced`, or `failed: <one sentence>`. */
  readonly result: string;
}

/** What `read`, `update` and `delete` need beside what was applied. */
export interface SyncOutputs extends Identity {
  readonly protocol: number;
  readonly clusterId: string;
  readonly claim: string;
  readonly images: Readonly<Record<string, string>>;
  /** Every object that exists because of us, in apply order. */
  readonly inventory: readonly string[];
  /** Of the inputs that were last tried. */
  readonly digest: string;
  /** Of what the API server answered; absent where that is not all there is to compare, and in states that older code wrote. */
  readonly fingerprint?: string | undefined;
  /** False after a sync that failed midway. */
  readonly complete: boolean;
  /** Object -> since when its removal has been waiting for approval, RFC 3339; absent when none does. */
  readonly awaiting?: Readonly<Record<string, string>>;
  /** One sentence a difference between Git and the cluster; empty when there is none. */
  readonly drift: readonly string[];
  /** True when self-heal is off, so that `drift` is left until Git changes. */
  readonly driftStays?: boolean;
  readonly health: string;
  /** Absent in states that older code wrote. */
  readonly healthy?: HealthyRuns;
  /** The last syncs, newest first; absent in states that older code wrote. */
  readonly history?: readonly PastSync[];
  readonly conditions: readonly string[];
}

/** The part of inputs or outputs that travels unchanged from one to the other. */
export function identityOf(source: Identity): Identity {
  const { environment, application, cluster, resourceUrn, revision, policy, secrets, builtAt, fromGit } = source;
  const memory = { ...(builtAt === undefined ? {} : { builtAt }), ...(fromGit === undefined ? {} : { fromGit }) };
  return { environment, application, cluster, resourceUrn, revision, policy, secrets, ...memory };
}
