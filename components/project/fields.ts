import type { FieldTable } from "../application/fields.ts";

const LATER = { notYet: "say in gitops:signatures whose commits are to be signed, and by which keys" } as const;

/** Every field of the AppProject CRD (argoproj.io/v1alpha1), by the map it stands in. */
export const PROJECT_FIELDS = {
  document: { apiVersion: "read", kind: "read", metadata: "read", spec: "read", status: "ignored" },
  spec: {
    description: "ignored",
    sourceRepos: "read",
    destinations: "read",
    clusterResourceWhitelist: "read",
    clusterResourceBlacklist: "read",
    namespaceResourceWhitelist: "read",
    namespaceResourceBlacklist: "read",
    signatureKeys: "read",
    sourceIntegrity: LATER,
    syncWindows: "read",
    orphanedResources: "read",
    roles: "read",
    sourceNamespaces: "read",
    permitOnlyProjectScopedClusters: "read",
    destinationServiceAccounts: "read",
  },
  "spec.destinations": { server: "read", name: "read", namespace: "read" },
  "spec.resources": { group: "read", kind: "read" },
  "spec.clusterResources": { group: "read", kind: "read", name: "read" },
  "spec.signatureKeys": { keyID: "read" },
  "spec.syncWindows": {
    kind: "read",
    schedule: "read",
    duration: "read",
    timeZone: "read",
    applications: "read",
    namespaces: "read",
    clusters: "read",
    manualSync: "read",
    andOperator: "read",
    syncOverrun: "read",
    description: "ignored",
  },
} as const satisfies Readonly<Record<string, FieldTable>>;

/** What only a server with users, or one that runs in the cluster, could carry out; and what is said of it. */
export const UNENFORCED = {
  roles: "whoever may write to Git and run Pulumi decides, there are no roles",
  sourceNamespaces: "Applications are files, they live in no namespace",
  permitOnlyProjectScopedClusters: "clusters are declared by the stack (gitops:clusters)",
  destinationServiceAccounts: "nobody is impersonated: the account of the cluster's credentials writes",
  orphanedResources: "objects that belong to no Application are not looked for",
} as const;
