/** A GKE cluster that the stack makes and keeps. Each switch not set has the default that stands beside it. */
export interface GkeCreation {
  /** Autopilot: Google runs the nodes. Standard: node pools of one's own. @default autopilot */
  readonly mode?: "autopilot" | "standard";
  /** Who gets new Kubernetes versions when. @default REGULAR */
  readonly releaseChannel?: ReleaseChannel;
  /**
   * `dns`: a name that Google's front end answers, open to whoever IAM lets in (CIS GKE 5.6.4); there is no address to scan.
   * `ip`: a public address, open to `authorizedNetworks` only. @default dns
   */
  readonly endpoint?: "dns" | "ip";
  /** Name -> CIDR range that may reach the address (CIS GKE 5.6.3). @default nobody */
  readonly authorizedNetworks?: Readonly<Record<string, string>>;
  readonly network?: NetworkRanges;
  /** Of a Standard cluster. @default one, `default`, of e2-standard-4 */
  readonly nodePools?: Readonly<Record<string, NodePool>>;
  /** Admit only images that the project's policy lets in (CIS GKE 5.10.4); without such a policy everything is. @default false */
  readonly binaryAuthorization?: boolean;
  /** Id of a Docker repository in Artifact Registry that the nodes may read. @default the cluster's name */
  readonly registry?: string;
  /** Cloud KMS key that Secrets are encrypted with in etcd (CIS GKE 5.3.1). @default Google's own key */
  readonly secretsKey?: string;
  /** When Google may upgrade, four hours from this time on, UTC. @default 03:00 */
  readonly maintenanceStart?: string;
  /** Whether GKE itself refuses to delete the cluster. @default as `gitops:protect` */
  readonly deletionProtection?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

export type ReleaseChannel = "RAPID" | "REGULAR" | "STABLE" | "EXTENDED";

export interface NetworkRanges {
  /** CIDR range of the nodes. @default 10.0.0.0/20 */
  readonly nodes?: string;
  /** @default 10.4.0.0/14 */
  readonly pods?: string;
  /** @default 10.0.16.0/20 */
  readonly services?: string;
  /** Whether nodes, which have no public address, reach the internet: for images from elsewhere. @default true */
  readonly nat?: boolean;
  /** Log who talks to whom (CIS GKE 5.6.1). @default true */
  readonly flowLogs?: boolean;
}

export interface NodePool {
  /** @default e2-standard-4 */
  readonly machineType?: string;
  /** Nodes in each zone. @default 1 */
  readonly minNodes?: number;
  /** Nodes in each zone. @default 3 */
  readonly maxNodes?: number;
  /** Cheap nodes that Google may take away. @default false */
  readonly spot?: boolean;
  /** @default 100 */
  readonly diskSizeGb?: number;
  /** @default pd-balanced */
  readonly diskType?: string;
  /** Kubernetes labels of the nodes. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Which cluster, and whether it is production's. */
export interface GkePlace {
  readonly project: string;
  /** A region: the control plane and the nodes are in all of its zones. */
  readonly location: string;
  readonly name: string;
  /** Keeps Pulumi from deleting what cannot be made again as it was. */
  readonly protect: boolean;
}
