import { describe, expect, it } from "@jest/globals";
import { assessCustomResource } from "./custom-resource.ts";
import { condition, live, old } from "./live.fixture.ts";

const ready = condition("Ready", "True", "ReconciliationSucceeded", "Applied revision: main@sha1:4f2a91c");
const unready = condition("Ready", "False", "HealthCheckFailed", "timeout waiting for Deployment/api");
const reconciling = condition("Reconciling", "True", "Progressing", "running health checks");
const stalled = condition("Stalled", "True", "RetriesExceeded", "Failed to upgrade after 3 attempts");

const rows: readonly (readonly [string, object, string, string])[] = [
  ["Healthy when ready", { conditions: [ready] }, "Healthy", "Applied revision: main@sha1:4f2a91c"],
  [
    "Healthy by a condition without words",
    { conditions: [{ type: "Ready", status: "True" }] },
    "Healthy",
    "Ready is true",
  ],
  ["Progressing when not ready", { conditions: [unready] }, "Progressing", "timeout waiting for Deployment/api"],
  [
    "Progressing when it may be ready",
    { conditions: [condition("Ready", "Unknown", "Creating")] },
    "Progressing",
    "Creating",
  ],
  [
    "Progressing until the controller has seen it, though ready",
    { observedGeneration: 1, conditions: [ready] },
    "Progressing",
    "generation 2 is not yet seen by the controller, which is at 1",
  ],
  [
    "Progressing when ready is about an older generation",
    { conditions: [old(ready)] },
    "Progressing",
    "the condition Ready is about an older generation",
  ],
  [
    "Healthy when nobody counts generations",
    { observedGeneration: undefined, conditions: [ready] },
    "Healthy",
    "Applied revision: main@sha1:4f2a91c",
  ],
  [
    "Progressing while it is worked on, though ready",
    { conditions: [ready, reconciling] },
    "Progressing",
    "running health checks",
  ],
  [
    "not Progressing when work is over",
    { conditions: [{ ...reconciling, status: "False" }, ready] },
    "Healthy",
    "Applied revision: main@sha1:4f2a91c",
  ],
  [
    "Degraded when stalled, though not ready",
    { conditions: [unready, stalled] },
    "Degraded",
    "Failed to upgrade after 3 attempts",
  ],
  [
    "Progressing when it is worked on and stalled",
    { conditions: [stalled, reconciling] },
    "Progressing",
    "running health checks",
  ],
  [
    "Progressing when an older generation has stalled",
    { conditions: [old(stalled)] },
    "Progressing",
    "Failed to upgrade after 3 attempts",
  ],
  [
    "not Degraded when no longer stalled",
    { conditions: [{ ...stalled, status: "False" }, unready] },
    "Progressing",
    "timeout waiting for Deployment/api",
  ],
  ["Healthy when available", { conditions: [condition("Available", "True", "AsExpected")] }, "Healthy", "AsExpected"],
  [
    "Progressing when not available",
    { conditions: [condition("Available", "False", "SomePodsNotReady", "shard 0: pod 0: not ready")] },
    "Progressing",
    "shard 0: pod 0: not ready",
  ],
  [
    "judged by ready rather than by available",
    { conditions: [condition("Available", "True"), unready] },
    "Progressing",
    "timeout waiting for Deployment/api",
  ],
  [
    "Healthy when its work has succeeded",
    { conditions: [condition("Succeeded", "True", "Completed", "Tasks Completed: 3")] },
    "Healthy",
    "Tasks Completed: 3",
  ],
  [
    "Progressing while its work goes on",
    { conditions: [condition("Succeeded", "Unknown", "Running", "Tasks Completed: 1")] },
    "Progressing",
    "Tasks Completed: 1",
  ],
  [
    "Degraded when its work has failed",
    { conditions: [condition("Succeeded", "False", "Failed", "Tasks Completed: 2 (Failed: 1)")] },
    "Degraded",
    "Tasks Completed: 2 (Failed: 1)",
  ],
  [
    "Progressing when the work of an older generation has failed",
    { conditions: [old(condition("Succeeded", "False", "Failed"))] },
    "Progressing",
    "the condition Succeeded is about an older generation",
  ],
];

describe("a custom resource", () => {
  it.each(rows)("is %s", (_, status, health, message) => {
    const object = live("kustomize.toolkit.fluxcd.io/v1", "Kustomization", {}, { ...status });
    expect(assessCustomResource(object)).toEqual({ status: health, message });
  });

  it.each([
    ["without a condition", {}],
    ["by conditions of its own", { conditions: [condition("Synced", "False")] }],
    ["by a phase", { phase: "Broken" }],
  ])("is not judged %s", (_, status) => {
    expect(assessCustomResource(live("example.com/v1", "Widget", {}, { ...status }))).toBeUndefined();
  });

  it("is not judged without a status", () => {
    const metadata = { name: "api", generation: 1 };
    expect(assessCustomResource({ apiVersion: "example.com/v1", kind: "Widget", metadata })).toBeUndefined();
  });

  it.each([
    ["suspended", { suspend: true }],
    ["paused", { paused: true }],
  ])("is Suspended when %s, though nobody has seen its newest generation", (_, spec) => {
    const status = { observedGeneration: 1, conditions: [unready] };
    expect(assessCustomResource(live("kustomize.toolkit.fluxcd.io/v1", "Kustomization", spec, status))).toEqual({
      status: "Suspended",
      message: "its reconciliation is suspended",
    });
  });

  it.each([[{ suspend: false }], [{ paused: "true" }]])("is not Suspended by %j", (spec) => {
    expect(assessCustomResource(live("example.com/v1", "Widget", spec, { conditions: [ready] }))?.status).toBe(
      "Healthy",
    );
  });
});
