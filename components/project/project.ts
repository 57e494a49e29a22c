/** One entry of `spec.destinations`: patterns, with a leading `!` a denial. */
export interface ProjectDestination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace: string;
}

/** Kinds by patterns; the name counts for cluster-scoped objects only. */
export interface KindPattern {
  readonly group: string;
  readonly kind: string;
  readonly name?: string;
}

/** What Applications name a cluster by: its address and its name. */
export interface ClusterNames {
  readonly server?: string;
  readonly name?: string;
}

/** What a project says of the objects of one Application; small, because it is kept with each of them. */
export interface ProjectRules {
  readonly project: string;
  /** Where the Application is deployed to. */
  readonly cluster: ClusterNames;
  readonly destinations: readonly ProjectDestination[];
  /** Cluster-scoped kinds; without any of them all are denied. */
  readonly clusterAllow: readonly KindPattern[];
  readonly clusterDeny: readonly KindPattern[];
  /** Namespaced kinds; absent: all are allowed. */
  readonly namespaceAllow?: readonly KindPattern[];
  readonly namespaceDeny: readonly KindPattern[];
}

/** One recurring span of time, of those that concern one Application. */
export interface Window {
  readonly kind: "allow" | "deny";
  /** Cron, five fields. */
  readonly schedule: string;
  readonly durationMs: number;
  /** IANA. @default UTC */
  readonly timeZone?: string;
  /** A sync that a person asks for is not held up by this window. */
  readonly manualSync?: boolean;
  /** A sync that has begun may go on when its window ends. */
  readonly syncOverrun?: boolean;
}

/** One entry of `spec.syncWindows`, with the patterns that say whom it concerns. */
export interface SyncWindow extends Window {
  readonly applications: readonly string[];
  readonly namespaces: readonly string[];
  readonly clusters: readonly string[];
  /** Whether all of the lists that are given must fit; otherwise one is enough. */
  readonly andOperator: boolean;
}

/** An Argo CD AppProject (argoproj.io/v1alpha1) as far as it is carried out here. */
export interface Project extends Omit<ProjectRules, "project" | "cluster"> {
  readonly name: string;
  /** The file it was read from. */
  readonly file: string;
  readonly sourceRepos: readonly string[];
  /** Ids of the keys one of which must have signed each commit; none: no signature is asked for. */
  readonly signatureKeys: readonly string[];
  readonly syncWindows: readonly SyncWindow[];
  /** Fields that ask for something only a server could do. */
  readonly unenforced: readonly string[];
}
