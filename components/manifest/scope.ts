import type { Manifest, ObjectRef } from "./object.ts";
import { groupOf, refOf } from "./object.ts";

/** Kinds of Kubernetes itself, and of the usual add-ons, that live outside namespaces. */
const CLUSTER_SCOPED = new Set([
  "/Namespace",
  "/Node",
  "/PersistentVolume",
  "admissionregistration.k8s.io/MutatingAdmissionPolicy",
  "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
  "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "apiregistration.k8s.io/APIService",
  "cert-manager.io/ClusterIssuer",
  "certificates.k8s.io/CertificateSigningRequest",
  "certificates.k8s.io/ClusterTrustBundle",
  "external-secrets.io/ClusterExternalSecret",
  "external-secrets.io/ClusterSecretStore",
  "flowcontrol.apiserver.k8s.io/FlowSchema",
  "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
  "gateway.networking.k8s.io/GatewayClass",
  "networking.k8s.io/IngressClass",
  "networking.k8s.io/IPAddress",
  "networking.k8s.io/ServiceCIDR",
  "node.k8s.io/RuntimeClass",
  "policy.networking.k8s.io/AdminNetworkPolicy",
  "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "resource.k8s.io/DeviceClass",
  "resource.k8s.io/ResourceSlice",
  "scheduling.k8s.io/PriorityClass",
  "storage.k8s.io/CSIDriver",
  "storage.k8s.io/CSINode",
  "storage.k8s.io/StorageClass",
  "storage.k8s.io/VolumeAttachment",
  "storage.k8s.io/VolumeAttributesClass",
]);

/** As much of a CustomResourceDefinition's spec as there is: Git may hold a broken one. */
interface Definition {
  readonly group?: string;
  readonly scope?: string;
  readonly names?: { readonly kind?: string };
}

/**
 * Puts objects without a namespace into one, as Argo CD does with `spec.destination.namespace`. What is cluster-scoped
 * is known without asking the cluster: from this list, and from the definitions among the manifests themselves.
 */
export function withNamespace(manifests: readonly Manifest[], namespace: string): readonly Manifest[] {
  const isClusterScoped = clusterScopedAmong(manifests);
  return manifests.map((manifest) => {
    if (isClusterScoped(refOf(manifest)) || manifest.metadata.namespace !== undefined) return manifest;
    return { ...manifest, metadata: { ...manifest.metadata, namespace } };
  });
}

/** Whether a kind lives outside namespaces, as far as the manifests themselves and what everybody has tell. */
export function clusterScopedAmong(
  manifests: readonly Manifest[],
): (kind: Pick<ObjectRef, "group" | "kind">) => boolean {
  const defined = new Set(manifests.filter(isDefinition).map(specOf).filter(isOfCluster).map(kindOf));
  return ({ group, kind }) => CLUSTER_SCOPED.has(`${group}/${kind}`) || defined.has(`${group}/${kind}`);
}

function isDefinition({ kind, apiVersion }: Manifest): boolean {
  return kind === "CustomResourceDefinition" && groupOf(apiVersion) === "apiextensions.k8s.io";
}

function specOf(manifest: Manifest): Definition {
  return manifest["spec"] ?? {};
}

function isOfCluster({ scope }: Definition): boolean {
  return scope === "Cluster";
}

function kindOf({ group, names }: Definition): string {
  return `${group}/${names?.kind}`;
}
