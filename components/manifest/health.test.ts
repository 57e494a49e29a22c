import { describe, expect, it } from "@jest/globals";
import { assess, hasHealth, worst } from "./health.ts";
import type { Health } from "./health.ts";
import { condition, live } from "./health/live.fixture.ts";
import { groupOf } from "./object.ts";

const kinds = [
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
  ["apps/v1", "ReplicaSet"],
  ["v1", "ReplicationController"],
  ["v1", "Namespace"],
  ["v1", "Pod"],
  ["v1", "Service"],
  ["v1", "PersistentVolumeClaim"],
  ["batch/v1", "Job"],
  ["batch/v1", "CronJob"],
  ["policy/v1", "PodDisruptionBudget"],
  ["networking.k8s.io/v1", "Ingress"],
  ["extensions/v1beta1", "Ingress"],
  ["autoscaling/v1", "HorizontalPodAutoscaler"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ["apiregistration.k8s.io/v1", "APIService"],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
  ["argoproj.io/v1alpha1", "Rollout"],
  ["autoscaling.k8s.io/v1", "VerticalPodAutoscaler"],
  ["cert-manager.io/v1", "Certificate"],
  ["cert-manager.io/v1", "CertificateRequest"],
  ["cert-manager.io/v1", "Issuer"],
  ["cert-manager.io/v1", "ClusterIssuer"],
  ["networking.gke.io/v1", "ManagedCertificate"],
  ["external-secrets.io/v1", "ExternalSecret"],
  ["external-secrets.io/v1beta1", "SecretStore"],
  ["external-secrets.io/v1", "ClusterSecretStore"],
  ["gateway.networking.k8s.io/v1", "Gateway"],
  ["gateway.networking.k8s.io/v1", "HTTPRoute"],
  ["gateway.networking.k8s.io/v1", "GRPCRoute"],
  ["keda.sh/v1alpha1", "ScaledObject"],
  ["keda.sh/v1alpha1", "ScaledJob"],
] as const;

const ready = { conditions: [condition("Ready", "True", "Succeeded", "all is well")] };

describe("assess", () => {
  it.each(kinds)("has an opinion about %s %s", (apiVersion, kind) => {
    expect(assess(live(apiVersion, kind, {}, {}))).toBeDefined();
  });

  it.each([
    ["kustomize.toolkit.fluxcd.io/v1", "Kustomization"],
    ["helm.toolkit.fluxcd.io/v2", "HelmRelease"],
    ["serving.knative.dev/v1", "Service"],
    ["example.com/v1", "Deployment"],
    ["cluster.x-k8s.io/v1beta1", "Cluster"],
  ])("judges %s %s by its conditions", (apiVersion, kind) => {
    expect(assess(live(apiVersion, kind, {}, ready))).toEqual({ status: "Healthy", message: "all is well" });
    expect(assess(live(apiVersion, kind, {}, { ...ready, observedGeneration: 1 }))?.status).toBe("Progressing");
  });

  it.each([
    ["v1", "ConfigMap"],
    ["v1", "Node"],
    ["networking.k8s.io/v1", "ServiceCIDR"],
  ])("has no opinion about %s %s, whatever its conditions", (apiVersion, kind) => {
    expect(assess(live(apiVersion, kind, {}, ready))).toBeUndefined();
  });

  it.each([
    ["cloud.google.com/v1", "BackendConfig"],
    ["monitoring.coreos.com/v1", "ServiceMonitor"],
    ["monitoring.coreos.com/v1", "PodMonitor"],
    ["example.com/v1", "Widget"],
  ])("has no opinion about %s %s that says nothing", (apiVersion, kind) => {
    expect(assess({ apiVersion, kind, metadata: { name: "api", generation: 1 } })).toBeUndefined();
  });

  it("finds a ServiceMonitor that is not accepted, and a PodMonitoring that is not configured", () => {
    const bindings = [{ conditions: [condition("Accepted", "False")] }];
    expect(assess(live("monitoring.coreos.com/v1", "ServiceMonitor", {}, { bindings }))?.status).toBe("Progressing");
    const conditions = [condition("ConfigurationCreateSuccess", "False")];
    expect(assess(live("monitoring.googleapis.com/v1", "PodMonitoring", {}, { conditions }))?.status).toBe(
      "Progressing",
    );
  });

  it("has no opinion about an object that asks for none", () => {
    const annotations = { "argocd.argoproj.io/ignore-healthcheck": "true" };
    const certificate = live("networking.gke.io/v1", "ManagedCertificate", {}, {}, annotations);
    expect(assess(certificate)).toBeUndefined();
    const declined = { "argocd.argoproj.io/ignore-healthcheck": "false" };
    expect(assess(live("networking.gke.io/v1", "ManagedCertificate", {}, {}, declined))).toBeDefined();
  });

  it("puts what a controller says over several lines into one", () => {
    const conditions = [
      condition("Ready", "False", "BuildFailed", "kustomize build failed:\n  accumulating\r\n\tresources\n"),
    ];
    expect(assess(live("example.com/v1", "Widget", {}, { conditions }))?.message).toBe(
      "kustomize build failed: accumulating resources",
    );
  });

  it.each(kinds)("survives a %s %s that holds nothing, or nonsense", (apiVersion, kind) => {
    const metadata = { name: "x" };
    expect(assess({ apiVersion, kind, metadata })).toBeDefined();
    expect(
      assess({ apiVersion, kind, metadata, spec: "x", status: { conditions: [null, "x", { type: 1 }] } }),
    ).toBeDefined();
  });

  it("calls an unsupported version Unknown", () => {
    expect(assess(live("autoscaling/v2beta2", "HorizontalPodAutoscaler", {}, {}))).toEqual({
      status: "Unknown",
      message: "HorizontalPodAutoscaler of autoscaling/v2beta2 is not supported, only v1, v2",
    });
  });

  it.each([
    ["Deployment", {}, "is being deleted"],
    [
      "ConfigMap",
      { finalizers: ["example.com/a", "b"] },
      "is being deleted, waits for the finalizers example.com/a, b",
    ],
  ])("calls a %s that is being deleted Progressing", (kind, metadata, message) => {
    const object = live("apps/v1", kind, { paused: true }, {});
    const deleted = {
      ...object,
      metadata: { ...object.metadata, ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
    };
    expect(assess(deleted)).toEqual({ status: "Progressing", message });
  });
});

describe("hasHealth", () => {
  it.each(kinds)("is true for %s %s", (apiVersion, kind) => {
    expect(hasHealth({ group: groupOf(apiVersion), kind })).toBe(true);
  });

  it.each([
    ["example.com", "Widget"],
    ["example.com", "ConfigMap"],
    ["kustomize.toolkit.fluxcd.io", "Kustomization"],
    ["snapshot.storage.k8s.io", "VolumeSnapshot"],
    ["policy.networking.k8s.io", "AdminNetworkPolicy"],
    ["cluster.x-k8s.io", "Machine"],
  ])("is true for the custom resource %s %s", (group, kind) => {
    expect(hasHealth({ group, kind })).toBe(true);
  });

  it.each([
    ...["ConfigMap", "Secret", "ServiceAccount", "LimitRange", "ResourceQuota", "Endpoints", "Event", "Node"].map(core),
    ...["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"].map((kind) => ["rbac.authorization.k8s.io", kind]),
    ...["NetworkPolicy", "IngressClass"].map((kind) => ["networking.k8s.io", kind]),
    ...["StorageClass", "CSIDriver", "VolumeAttachment"].map((kind) => ["storage.k8s.io", kind]),
    ...["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy"].map((kind) => [
      "admissionregistration.k8s.io",
      kind,
    ]),
    ["scheduling.k8s.io", "PriorityClass"],
    ["node.k8s.io", "RuntimeClass"],
    ["discovery.k8s.io", "EndpointSlice"],
    ["coordination.k8s.io", "Lease"],
    ["events.k8s.io", "Event"],
    ["apps", "ControllerRevision"],
    ["flowcontrol.apiserver.k8s.io", "FlowSchema"],
    ["certificates.k8s.io", "CertificateSigningRequest"],
    ["resource.k8s.io", "ResourceClaim"],
  ] as [string, string][])("is false for %s %s", (group, kind) => {
    expect(hasHealth({ group, kind })).toBe(false);
  });
});

function core(kind: string): [string, string] {
  return ["", kind];
}

describe("worst", () => {
  const health = (status: Health["status"], message = ""): Health => ({ status, message });

  it("orders Healthy, Suspended, Progressing, Missing, Degraded, Unknown", () => {
    const ordered = (["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"] as const).map((status) =>
      health(status),
    );
    ordered.forEach((expected, index) => {
      expect(worst(ordered.slice(0, index + 1))).toBe(expected);
      expect(worst(ordered.slice(0, index + 1).toReversed())).toBe(expected);
    });
  });

  it("takes the first of equals, and nothing for Healthy", () => {
    expect(worst([health("Healthy"), health("Degraded", "a"), health("Degraded", "b")]).message).toBe("a");
    expect(worst([])).toEqual({ status: "Healthy", message: "" });
  });
});
