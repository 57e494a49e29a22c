export interface ApiMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly [field: string]: unknown;
}

/** A Kubernetes object as the API takes and serves it, or only its metadata. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ApiMetadata;
  readonly [field: string]: unknown;
}

/** One object, named. The core group is `""`, and so is the namespace of a cluster-scoped object. */
export interface Target {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** @default the version the server prefers */
  readonly version?: string;
}

/** `apps/v1` -> `{group: "apps", version: "v1"}`, `v1` -> `{group: "", version: "v1"}`. */
export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf("/");
  return { group: apiVersion.slice(0, Math.max(0, slash)), version: apiVersion.slice(slash + 1) };
}

export function joinApiVersion({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === "" ? version : `${group}/${version}`;
}

export function targetOf({ apiVersion, kind, metadata }: ApiObject): Required<Target> {
  return { ...splitApiVersion(apiVersion), kind, namespace: metadata.namespace ?? "", name: metadata.name };
}

/** `apps/Deployment qa/api`, `Namespace qa`: the form that names objects in errors. */
export function refText({ group, kind, namespace, name }: Target): string {
  return `${group === "" ? "" : `${group}/`}${nameText({ kind, namespace, name })}`;
}

/** `Deployment qa/api`; for a whole kind `Deployment`, or `Deployment qa` within one namespace. */
export function nameText({ kind, namespace, name }: Pick<Target, "kind" | "namespace" | "name">): string {
  return [kind, [namespace, name].filter((part) => part !== "").join("/")].filter((part) => part !== "").join(" ");
}
