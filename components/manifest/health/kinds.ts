import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { assessApiService } from "./api-service.ts";
import { assessCertificateRequest } from "./certificate-request.ts";
import { assessCertificate } from "./certificate.ts";
import { assessCronJob } from "./cron-job.ts";
import { assessDefinition } from "./custom-resource-definition.ts";
import { assessDaemonSet } from "./daemon-set.ts";
import { assessDeployment } from "./deployment.ts";
import { assessExternalSecret } from "./external-secret.ts";
import { assessGateway } from "./gateway.ts";
import { assessAutoscaler } from "./horizontal-pod-autoscaler.ts";
import { assessIngress } from "./ingress.ts";
import { assessIssuer } from "./issuer.ts";
import { assessJob } from "./job.ts";
import { assessManagedCertificate } from "./managed-certificate.ts";
import { assessMonitor } from "./monitor.ts";
import { assessNamespace } from "./namespace.ts";
import { assessClaim } from "./persistent-volume-claim.ts";
import { assessDisruptionBudget } from "./pod-disruption-budget.ts";
import { assessPodMonitoring } from "./pod-monitoring.ts";
import { assessPod } from "./pod.ts";
import { assessReplicaSet } from "./replica-set.ts";
import { assessRollout } from "./rollout.ts";
import { assessRoute } from "./route.ts";
import { assessScaledObject } from "./scaled-object.ts";
import { assessSecretStore } from "./secret-store.ts";
import { assessService } from "./service.ts";
import { assessStatefulSet } from "./stateful-set.ts";
import { assessVerticalAutoscaler } from "./vertical-pod-autoscaler.ts";

export interface Rule {
  /** Versions whose status the rule can read; every one when left out. */
  readonly versions?: readonly string[];
  readonly assess: (object: Manifest) => Health | undefined;
}

/** Rules by group and kind. */
export const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["apps/Deployment", { versions: ["v1"], assess: assessDeployment }],
  ["apps/StatefulSet", { versions: ["v1"], assess: assessStatefulSet }],
  ["apps/DaemonSet", { versions: ["v1"], assess: assessDaemonSet }],
  ["apps/ReplicaSet", { versions: ["v1"], assess: assessReplicaSet }],
  ["/ReplicationController", { versions: ["v1"], assess: assessReplicaSet }],
  ["/Namespace", { versions: ["v1"], assess: assessNamespace }],
  ["/Pod", { versions: ["v1"], assess: assessPod }],
  ["/Service", { versions: ["v1"], assess: assessService }],
  ["/PersistentVolumeClaim", { versions: ["v1"], assess: assessClaim }],
  ["batch/Job", { versions: ["v1"], assess: assessJob }],
  ["batch/CronJob", { versions: ["v1", "v1beta1"], assess: assessCronJob }],
  ["policy/PodDisruptionBudget", { versions: ["v1", "v1beta1"], assess: assessDisruptionBudget }],
  ["networking.k8s.io/Ingress", { versions: ["v1", "v1beta1"], assess: assessIngress }],
  ["extensions/Ingress", { versions: ["v1beta1"], assess: assessIngress }],
  ["autoscaling/HorizontalPodAutoscaler", { versions: ["v1", "v2"], assess: assessAutoscaler }],
  ["apiregistration.k8s.io/APIService", { versions: ["v1", "v1beta1"], assess: assessApiService }],
  ["apiextensions.k8s.io/CustomResourceDefinition", { versions: ["v1"], assess: assessDefinition }],
  ["argoproj.io/Rollout", { assess: assessRollout }],
  ["autoscaling.k8s.io/VerticalPodAutoscaler", { assess: assessVerticalAutoscaler }],
  ["cert-manager.io/Certificate", { assess: assessCertificate }],
  ["cert-manager.io/CertificateRequest", { assess: assessCertificateRequest }],
  ["networking.gke.io/ManagedCertificate", { assess: assessManagedCertificate }],
  ["external-secrets.io/ExternalSecret", { assess: assessExternalSecret }],
  ["gateway.networking.k8s.io/Gateway", { assess: assessGateway }],
  ...family("cert-manager.io", ["Issuer", "ClusterIssuer"], assessIssuer),
  ...family("external-secrets.io", ["SecretStore", "ClusterSecretStore"], assessSecretStore),
  ...family("gateway.networking.k8s.io", ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"], assessRoute),
  ...family("keda.sh", ["ScaledObject", "ScaledJob"], assessScaledObject),
  ...family(
    "monitoring.coreos.com",
    ["ServiceMonitor", "PodMonitor", "Probe", "ScrapeConfig", "PrometheusRule"],
    assessMonitor,
  ),
  ...family(
    "monitoring.googleapis.com",
    ["PodMonitoring", "ClusterPodMonitoring", "Rules", "ClusterRules", "GlobalRules"],
    assessPodMonitoring,
  ),
]);

function family(group: string, kinds: readonly string[], assess: Rule["assess"]): readonly (readonly [string, Rule])[] {
  return kinds.map((kind) => [`${group}/${kind}`, { assess }]);
}

// Kubernetes' own groups that have a dot; a group of a CustomResourceDefinition must have one. Others of k8s.io are custom.
const OWN_GROUPS = new Set(
  [
    ...["admissionregistration", "apiextensions", "apiregistration", "authentication", "authorization"],
    ...["certificates", "coordination", "discovery", "events", "flowcontrol.apiserver", "internal.apiserver"],
    ...["networking", "node", "rbac.authorization", "resource", "scheduling", "storage", "storagemigration"],
  ].map((name) => `${name}.k8s.io`),
);

/** Whether objects of the group are custom resources, which tell their health by conventions rather than by known fields. */
export function isCustomGroup(group: string): boolean {
  return group.includes(".") && !OWN_GROUPS.has(group);
}
