import type { ObjectRef } from "./object.ts";

/** The order in which Argo CD applies the kinds of one wave (gitops-engine, sync_tasks.go). */
const KIND_ORDER = [
  "Namespace",
  "NetworkPolicy",
  "ResourceQuota",
  "LimitRange",
  "PodSecurityPolicy",
  "PodDisruptionBudget",
  "ServiceAccount",
  "Secret",
  "SecretList",
  "ConfigMap",
  "StorageClass",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "CustomResourceDefinition",
  "ClusterRole",
  "ClusterRoleList",
  "ClusterRoleBinding",
  "ClusterRoleBindingList",
  "Role",
  "RoleList",
  "RoleBinding",
  "RoleBindingList",
  "Service",
  "DaemonSet",
  "Pod",
  "ReplicationController",
  "ReplicaSet",
  "Deployment",
  "HorizontalPodAutoscaler",
  "StatefulSet",
  "Job",
  "CronJob",
  "IngressClass",
  "Ingress",
  "APIService",
];

const RANKS: ReadonlyMap<string, number> = new Map(KIND_ORDER.map((kind, rank) => [kind, rank]));

/** Total order in which objects are applied: Argo CD's kind order, unknown kinds last, then namespace and name. Reverse it to prune. */
export function compareForApply(a: ObjectRef, b: ObjectRef): number {
  return (
    rankOf(a) - rankOf(b) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name) ||
    compareText(a.group, b.group) ||
    compareText(a.kind, b.kind)
  );
}

function rankOf({ kind }: ObjectRef): number {
  return RANKS.get(kind) ?? KIND_ORDER.length;
}

// By code unit: a locale would give different machines different orders.
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
