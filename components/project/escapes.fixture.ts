import fc from "fast-check";

import type { ProjectRules } from "./project.ts";

/** A project that may do ordinary things in namespaces like `team-…` and nothing else. */
export const RESTRICTED: ProjectRules = {
  project: "team",
  cluster: { server: "https://kubernetes.default.svc", name: "in-cluster" },
  destinations: [
    { server: "https://kubernetes.default.svc", namespace: "team*" },
    { name: "*", namespace: "!kube-*" },
    { name: "*", namespace: "!default" },
    { name: "*", namespace: "!elsewhere*" },
  ],
  clusterAllow: [],
  clusterDeny: [],
  namespaceDeny: [
    { group: "rbac.authorization.k8s.io", kind: "*" },
    { group: "networking.k8s.io", kind: "NetworkPolicy" },
    { group: "authentication.k8s.io", kind: "*" },
    ...["ServiceAccount", "Secret", "ResourceQuota", "LimitRange", "Binding"].map((kind) => ({ group: "", kind })),
  ],
};

/** What somebody who may write to one service's repository would like to have in the cluster. */
export interface Attempt {
  /** As it stands in the repository: one object, or Lists of Lists of them. */
  readonly document: unknown;
  readonly objects: readonly unknown[];
}

const CLUSTER_SCOPED: readonly (readonly [apiVersion: string, kind: string])[] = [
  ["rbac.authorization.k8s.io/v1", "ClusterRole"],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
  ["admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"],
  ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"],
  ["admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
  ["apiregistration.k8s.io/v1", "APIService"],
  ["certificates.k8s.io/v1", "CertificateSigningRequest"],
  ["scheduling.k8s.io/v1", "PriorityClass"],
  ["storage.k8s.io/v1", "StorageClass"],
  ["v1", "Namespace"],
  ["v1", "Node"],
  ["v1", "PersistentVolume"],
];

const FORBIDDEN: readonly (readonly [apiVersion: string, kind: string])[] = [
  ["rbac.authorization.k8s.io/v1", "Role"],
  ["rbac.authorization.k8s.io/v1", "RoleBinding"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["authentication.k8s.io/v1", "TokenRequest"],
  ["v1", "ServiceAccount"],
  ["v1", "Secret"],
  ["v1", "ResourceQuota"],
];

const ORDINARY: readonly (readonly [apiVersion: string, kind: string])[] = [
  ["v1", "ConfigMap"],
  ["v1", "Service"],
  ["apps/v1", "Deployment"],
  ["batch/v1", "Job"],
  ["v1", "Secret"],
];

const NAME = fc.string({ unit: fc.constantFrom("a", "b", "c", "1"), minLength: 8, maxLength: 12 }).map((s) => `x${s}`);
const OUTSIDE = fc.constantFrom("kube-system", "kube-public", "default", "elsewhere", "elsewhere-team", "xteam");

/** Some name the team's own namespace, where they do not live. */
const clusterScoped = fc
  .tuple(fc.constantFrom(...CLUSTER_SCOPED), NAME, fc.constantFrom(undefined, "team"))
  .map(([kind, name, namespace]) => objectOf(kind, name, namespace));
const elsewhere = fc
  .tuple(fc.constantFrom(...ORDINARY), NAME, OUTSIDE)
  .map(([kind, name, namespace]) => objectOf(kind, name, namespace));
const forbidden = fc
  .tuple(fc.constantFrom(...FORBIDDEN), NAME, fc.constantFrom(undefined, "team", "kube-system"))
  .map(([kind, name, namespace]) => objectOf(kind, name, namespace));

function objectOf([apiVersion, kind]: readonly [string, string], name: string, namespace: string | undefined) {
  const token = { "kubernetes.io/service-account.name": "default" };
  return {
    ...{ apiVersion, kind },
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(kind === "Secret" && { annotations: token }),
    },
    ...(kind === "Secret" && { type: "kubernetes.io/service-account-token" }),
    ...(kind === "ConfigMap" && { data: { escaped: "true" } }),
  };
}

/** The same attempts in every run. */
export function escapes(count: number): readonly Attempt[] {
  const objects = fc.uniqueArray(fc.oneof(clusterScoped, elsewhere, forbidden), {
    ...{ minLength: 1, maxLength: 4 },
    selector: (object) => object.metadata.name,
  });
  const attempt = fc
    .tuple(objects, fc.nat({ max: 4 }))
    .map(([items, depth]) => ({ document: wrap(items, depth), objects: items }));
  return fc.sample(attempt, { numRuns: count, seed: 20_260_304 });
}

/** Lists in Lists, of the general kind and of one kind. */
function wrap(items: readonly { readonly kind: string }[], depth: number): unknown {
  if (depth === 0 && items.length === 1) return items[0];
  const [first, ...rest] = items;
  const inner = depth > 1 ? [wrap(items, depth - 1)] : rest.length > 0 && depth === 1 ? [first, wrap(rest, 1)] : items;
  const kind = depth % 2 === 0 ? `${first?.kind ?? ""}List` : "List";
  return { apiVersion: "v1", kind, items: inner };
}
