import { describe, expect, it } from "@jest/globals";
import type { FieldPath } from "./fields.ts";
import { DEFAULT_PEOPLE, defaultExempt } from "./rules.ts";

const deployment = { group: "apps", kind: "Deployment", namespace: "qa", name: "api" };
const service = { ...deployment, group: "", kind: "Service" };

function path(...names: readonly string[]): FieldPath {
  return names.map((field) => ({ field }));
}

const RESTARTED = "kubectl.kubernetes.io/restartedAt";
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

describe("defaultExempt", () => {
  it.each([
    ["status", path("status", "replicas"), deployment, true],
    ["a restart", path("spec", "template", "metadata", "annotations", RESTARTED), deployment, true],
    [
      "a restart in a CronJob",
      path("spec", "jobTemplate", "spec", "template", "metadata", "annotations", RESTARTED),
      deployment,
      true,
    ],
    ["the restart annotation on the object itself", path("metadata", "annotations", RESTARTED), deployment, false],
    ["kubectl's copy", path("metadata", "annotations", LAST_APPLIED), service, true],
    [
      "kubectl's copy in a pod template",
      path("spec", "template", "metadata", "annotations", LAST_APPLIED),
      deployment,
      false,
    ],
    [
      "the rollout's bookkeeping",
      path("metadata", "annotations", "deployment.kubernetes.io/revision"),
      deployment,
      true,
    ],
    ["the same on a Service", path("metadata", "annotations", "deployment.kubernetes.io/revision"), service, false],
    ["any other annotation", path("metadata", "annotations", "a"), deployment, false],
    ["a label of that name", path("metadata", "labels", LAST_APPLIED), deployment, false],
    ["a field called status further in", path("spec", "status"), deployment, false],
    ["replicas", path("spec", "replicas"), deployment, false],
    ["a finalizer", [...path("metadata", "finalizers"), { value: "x" }] as FieldPath, deployment, false],
    ["the object", [] as FieldPath, deployment, false],
  ])("judges %s", (_, at, ref, expected) => {
    expect(defaultExempt(at, ref)).toBe(expected);
  });
});

describe("DEFAULT_PEOPLE", () => {
  it("does not name a controller", () => {
    const globs = DEFAULT_PEOPLE.map((glob) => glob.replace("*", "").toLowerCase());
    for (const controller of [
      "kube-controller-manager",
      "kubelet",
      "kube-scheduler",
      "argocd-controller",
      "helm",
      "vpa-updater",
    ])
      expect(globs.filter((glob) => controller.startsWith(glob))).toEqual([]);
  });
});
