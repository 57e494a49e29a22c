import { describe, expect, it } from "@jest/globals";
import { condition, live } from "./live.fixture.ts";
import { assessPodMonitoring } from "./pod-monitoring.ts";

const created = condition("ConfigurationCreateSuccess", "True");

const rows: readonly (readonly [string, object, string, string])[] = [
  [
    "Healthy when its configuration is created",
    { conditions: [created] },
    "Healthy",
    "ConfigurationCreateSuccess is true",
  ],
  [
    "Progressing when it is not",
    { conditions: [{ ...created, status: "False", message: "invalid relabeling" }] },
    "Progressing",
    "invalid relabeling",
  ],
  [
    "Progressing until the operator has seen it",
    { conditions: [created], observedGeneration: 1 },
    "Progressing",
    "generation 2 is not yet seen by the controller, which is at 1",
  ],
];

describe("a PodMonitoring", () => {
  it.each(rows)("is %s", (_, status, health, message) => {
    const monitoring = live("monitoring.googleapis.com/v1", "PodMonitoring", {}, { ...status });
    expect(assessPodMonitoring(monitoring)).toEqual({ status: health, message });
  });

  it("is not judged before the operator says anything", () => {
    const status = { observedGeneration: undefined };
    expect(assessPodMonitoring(live("monitoring.googleapis.com/v1", "PodMonitoring", {}, status))).toBeUndefined();
  });
});
