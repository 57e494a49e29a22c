import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { ManagedFieldsEntry } from "./fields.ts";
import { refOf } from "./object.ts";
import type { Manifest, ObjectMeta } from "./object.ts";
import {
  CLAIM_ANNOTATION,
  ENVIRONMENT_LABEL,
  environmentLabel,
  ownershipOf,
  stamp,
  TRACKING_ANNOTATION,
  trackingId,
} from "./ownership.ts";
import type { Ownership } from "./ownership.ts";

const owner = { environment: "qa", application: "api", claim: "c1" };
const service: Manifest = { apiVersion: "v1", kind: "Service", metadata: { name: "api", namespace: "qa" } };
const stamped = stamp(service, owner);

function live(metadata: Partial<ObjectMeta>): Manifest {
  return { ...service, metadata: { ...service.metadata, managedFields: [entry("kubectl-create")], ...metadata } };
}

function entry(manager: string, subresource?: string): ManagedFieldsEntry {
  const fields = { manager, operation: "Update", apiVersion: "v1" } as const;
  return subresource === undefined ? fields : { ...fields, subresource };
}

function foreign(by: string): Ownership {
  return { state: "foreign", by };
}

describe("environmentLabel", () => {
  it("keeps what can be read and tells names apart that read alike", () => {
    expect(environmentLabel("qa")).toMatch(/^qa-[0-9a-f]{8}$/);
    expect(environmentLabel("my org/qa")).toMatch(/^my-org-qa-[0-9a-f]{8}$/);
    expect(environmentLabel("my org/qa")).not.toBe(environmentLabel("my-org/qa"));
  });

  it("is a valid label value for any name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), (name) => {
        expect(environmentLabel(name)).toMatch(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
      }),
    );
  });
});

describe("stamp", () => {
  it("adds the label, the tracking id and the claim, and keeps what is there", () => {
    const labelled = { ...service, metadata: { ...service.metadata, labels: { a: "1" }, annotations: { b: "2" } } };
    expect(stamp(labelled, owner).metadata).toEqual({
      name: "api",
      namespace: "qa",
      labels: { a: "1", [ENVIRONMENT_LABEL]: environmentLabel("qa") },
      annotations: { b: "2", [TRACKING_ANNOTATION]: "qa/api:/Service:qa/api", [CLAIM_ANNOTATION]: "c1" },
    });
  });

  it("names cluster-scoped objects and groups in the tracking id", () => {
    const role: Manifest = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "a:b" },
    };
    expect(trackingId(owner, refOf(role))).toBe("qa/api:rbac.authorization.k8s.io/ClusterRole:/a:b");
    expect(ownershipOf(stamp(role, owner), owner).state).toBe("own");
  });
});

describe("ownershipOf", () => {
  it.each<readonly [string, Manifest, Ownership]>([
    ["what we stamped", stamped, { state: "own", claim: "c1" }],
    [
      "what we stamped and somebody unlabelled",
      { ...stamped, metadata: { ...stamped.metadata, labels: {} } },
      { state: "own", claim: "c1" },
    ],
    [
      "what has our id and no claim",
      live({ annotations: { [TRACKING_ANNOTATION]: "qa/api:/Service:qa/api" } }),
      { state: "own", claim: "" },
    ],
    ["another application's", stamp(service, { ...owner, application: "web" }), foreign("application qa/web")],
    ["another environment's", stamp(service, { ...owner, environment: "prod" }), foreign("application prod/api")],
    [
      "a copy of our id made by a controller",
      live({
        annotations: { [TRACKING_ANNOTATION]: "qa/api:/Service:qa/other" },
        managedFields: [entry("kube-controller-manager")],
        ownerReferences: [{ kind: "Service", name: "other", controller: true }],
      }),
      foreign("Service other"),
    ],
    [
      "a copy of our id made by hand",
      live({ annotations: { [TRACKING_ANNOTATION]: "qa/api:/Service:qa/other" } }),
      foreign("kubectl-create"),
    ],
    [
      "Argo CD's by annotation",
      live({ annotations: { "argocd.argoproj.io/tracking-id": "shop:/Service:qa/api" } }),
      foreign("Argo CD application shop"),
    ],
    [
      "a copy of Argo CD's id",
      live({ annotations: { "argocd.argoproj.io/tracking-id": "shop:/Service:qa/other" } }),
      foreign("kubectl-create"),
    ],
    [
      "Argo CD's by label",
      live({ labels: { "app.kubernetes.io/instance": "shop" }, managedFields: [entry("argocd-controller")] }),
      foreign("Argo CD application shop"),
    ],
    ["an instance label alone", live({ labels: { "app.kubernetes.io/instance": "shop" } }), foreign("kubectl-create")],
    [
      "Helm's",
      live({
        labels: { "app.kubernetes.io/managed-by": "Helm" },
        annotations: { "meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "qa" },
      }),
      foreign("Helm release qa/shop"),
    ],
    [
      "Flux's Kustomization",
      live({
        labels: { "kustomize.toolkit.fluxcd.io/name": "shop", "kustomize.toolkit.fluxcd.io/namespace": "flux-system" },
      }),
      foreign("Flux Kustomization flux-system/shop"),
    ],
    [
      "Flux's HelmRelease, which is Helm's too",
      live({
        labels: {
          "app.kubernetes.io/managed-by": "Helm",
          "helm.toolkit.fluxcd.io/name": "shop",
          "helm.toolkit.fluxcd.io/namespace": "flux-system",
        },
        annotations: { "meta.helm.sh/release-name": "shop" },
      }),
      foreign("Flux HelmRelease flux-system/shop"),
    ],
    [
      "what hands made, whoever writes its status",
      live({
        managedFields: [entry("kubectl-create"), entry("kubectl-edit"), entry("cloud-controller-manager", "status")],
      }),
      foreign("kubectl-create, kubectl-edit"),
    ],
    ["what nobody is known to have made", live({ managedFields: [] }), foreign("unknown (it has no field managers)")],
    [
      "what the control plane makes in every namespace",
      live({ managedFields: [entry("kube-controller-manager")] }),
      { state: "unowned" },
    ],
    [
      "what the control plane makes for somebody",
      live({
        managedFields: [entry("kube-controller-manager")],
        ownerReferences: [
          { kind: "Node", name: "n1" },
          { kind: "ReplicaSet", name: "api-1", controller: true },
        ],
      }),
      foreign("ReplicaSet api-1"),
    ],
    [
      "what the control plane made and a person changed",
      live({ managedFields: [entry("kube-controller-manager"), entry("kubectl-edit")] }),
      foreign("kube-controller-manager, kubectl-edit"),
    ],
  ])("judges %s", (_, object, expected) => {
    expect(ownershipOf(object, owner)).toEqual(expected);
  });
});
