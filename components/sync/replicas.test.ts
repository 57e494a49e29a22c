import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../manifest/object.ts";
import { autoscaled, withoutReplicas } from "./replicas.ts";

const web: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "qa" },
  spec: { replicas: 2, paused: false },
};

function autoscaler(target: object, namespace = "qa"): Manifest {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "any", namespace },
    spec: { scaleTargetRef: target },
  };
}

describe("spec.replicas and the autoscaler", () => {
  it("is dropped when an autoscaler of the same Application targets the workload", () => {
    const scaled = autoscaled([web, autoscaler({ apiVersion: "apps/v1", kind: "Deployment", name: "web" })]);
    expect(withoutReplicas(web, scaled)["spec"]).toEqual({ paused: false });
  });

  it("stays when Git wants none, for then the autoscaler pauses", () => {
    const stopped = { ...web, spec: { replicas: 0, paused: false } };
    const scaled = autoscaled([stopped, autoscaler({ apiVersion: "apps/v1", kind: "Deployment", name: "web" })]);
    expect(withoutReplicas(stopped, scaled)).toBe(stopped);
  });

  it.each([
    ["another name", autoscaler({ apiVersion: "apps/v1", kind: "Deployment", name: "other" })],
    ["another kind", autoscaler({ apiVersion: "apps/v1", kind: "StatefulSet", name: "web" })],
    ["another group", autoscaler({ apiVersion: "example.com/v1", kind: "Deployment", name: "web" })],
    ["another namespace", autoscaler({ apiVersion: "apps/v1", kind: "Deployment", name: "web" }, "production")],
  ])("stays when the autoscaler targets %s", (_, other) => {
    expect(withoutReplicas(web, autoscaled([web, other]))).toBe(web);
  });
});
