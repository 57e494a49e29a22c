import { splitList, SYNC_OPTIONS } from "./argo-annotations.ts";
import type { Dependencies } from "./dependencies.ts";
import type { DirectoryOptions } from "./directory.ts";
import type { HelmOptions } from "./helm.ts";
import type { KustomizeOptions } from "./kustomize.ts";

/** Waits between attempts: `durationMs`, then times `factor` each time, never above `maxDurationMs` (0 = no cap). */
export interface Backoff {
  readonly durationMs: number;
  readonly factor: number;
  readonly maxDurationMs: number;
}

export interface Retry {
  /** Attempts after the first one; negative = without end. */
  readonly limit: number;
  readonly backoff: Backoff;
}

/** `spec.syncPolicy.managedNamespaceMetadata`. */
export interface NamespaceMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** `spec.syncPolicy.automated`; absent on an Application that a person syncs. */
export interface Automated {
  readonly prune: boolean;
  readonly selfHeal: boolean;
  readonly allowEmpty: boolean;
}

/** A folder of a Git repository, a chart of a chart repository, or a Git repository that others refer to. */
export interface Source {
  readonly repoURL: string;
  /**
   * Commit, tag, branch, `HEAD`, or a range of versions (`1.2.*`) that means the highest tag, or of a chart the
   * highest version, that it allows.
   */
  readonly targetRevision: string;
  /** Only tags that begin so count as versions, without this part; for a repository of several components. */
  readonly tagPrefix?: string;
  /** Folder in the repository: relative, `/`-separated, without `.` and `..` parts; `.` is the root. */
  readonly path?: string;
  readonly chart?: string;
  /** What value files of other sources call this repository: `$ref/path`. */
  readonly ref?: string;
  /** At most one of these is there, and then it says what renders the source. */
  readonly kustomize?: KustomizeOptions;
  readonly helm?: HelmOptions;
  readonly directory?: DirectoryOptions;
}

/** Exactly one of `server` and `name` is set. */
export interface Destination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace: string;
}

/** One item of `spec.ignoreDifferences`: whose fields, and which of them, are neither compared nor applied once the object exists. */
export interface IgnoreDifference {
  /** Globs; the empty group is the core one. */
  readonly group: string;
  readonly kind: string;
  /** Empty: of every object. */
  readonly name: string;
  readonly namespace: string;
  readonly jsonPointers: readonly string[];
  readonly jqPathExpressions: readonly string[];
  readonly managedFieldsManagers: readonly string[];
}

/** A jq expression and where it stands, for a message about it. */
export interface JqExpression {
  readonly text: string;
  readonly line: number;
  readonly property: string;
}

/** An Argo CD Application (argoproj.io/v1alpha1) as far as it is carried out here. */
export interface Application {
  readonly name: string;
  /** The file it was read from. */
  readonly file: string;
  readonly project: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Annotation -> the line of `file` where it stands. */
  readonly annotationLines: Readonly<Record<string, number>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  /** What has to be synced before it; absent when nothing has. */
  readonly dependencies?: Dependencies;
  /** In the order of the file; `spec.source` is one. */
  readonly sources: readonly Source[];
  readonly destination: Destination;
  readonly automated?: Automated;
  readonly createNamespace: boolean;
  /** What its namespace carries; absent when the Application says nothing of it. */
  readonly namespaceMetadata?: NamespaceMetadata;
  /** `spec.syncPolicy.syncOptions` without `CreateNamespace`: `PruneLast=true` ... */
  readonly syncOptions: readonly string[];
  readonly retry: Retry;
  readonly ignoreDifferences: readonly IgnoreDifference[];
  /** All of them that occur; whether they are jq is for jq to say. */
  readonly jqExpressions: readonly JqExpression[];
}

const KEEPING = /^(Prune|Delete)=(false|confirm)$/;
const RESOURCES_FINALIZER = "resources-finalizer.argocd.argoproj.io";

/** The finalizers that mean something to Argo CD; the hook ones are put there by Argo CD itself. */
export const KNOWN_FINALIZERS: readonly string[] = [
  RESOURCES_FINALIZER,
  `${RESOURCES_FINALIZER}/foreground`,
  `${RESOURCES_FINALIZER}/background`,
  "pre-delete-finalizer.argocd.argoproj.io",
  "pre-delete-finalizer.argocd.argoproj.io/cleanup",
  "post-delete-finalizer.argocd.argoproj.io",
  "post-delete-finalizer.argocd.argoproj.io/cleanup",
];

/**
 * How the objects of an Application go when it goes (Argo CD: the first resources finalizer counts); undefined = they stay. In an app of
 * apps the Application is an object itself, and then its own sync options may keep it.
 */
export function cascades({
  finalizers,
  annotations,
}: Pick<Application, "finalizers" | "annotations">): "foreground" | "background" | undefined {
  if (splitList(annotations[SYNC_OPTIONS]).some((option) => KEEPING.test(option))) return undefined;
  for (const finalizer of finalizers) {
    if (finalizer === RESOURCES_FINALIZER || finalizer === `${RESOURCES_FINALIZER}/foreground`) return "foreground";
    if (finalizer === `${RESOURCES_FINALIZER}/background`) return "background";
  }
  return undefined;
}
