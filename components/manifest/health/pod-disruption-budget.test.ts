import { describe, expect, it } from "@jest/globals";
import { condition, live } from "./live.fixture.ts";
import { assessDisruptionBudget } from "./pod-disruption-budget.ts";

const counted = { desiredHealthy: 2, currentHealthy: 3, expectedPods: 3, disruptionsAllowed: 1 };
const sufficient = condition("DisruptionAllowed", "True", "SufficientPods");
const insufficient = condition("DisruptionAllowed", "False", "InsufficientPods");
const failed = condition("DisruptionAllowed", "False", "SyncFailed", "found no controllers for pod api-1");

const rows: readonly (readonly [string, object, string, string])[] = [
  ["Healthy with pods to spare", { ...counted, conditions: [sufficient] }, "Healthy", "3 of 2 pods are healthy"],
  [
    "Healthy without pods to spare",
    { ...counted, currentHealthy: 1, conditions: [insufficient] },
    "Healthy",
    "1 of 2 pods are healthy",
  ],
  ["Healthy without pods", {}, "Healthy", "0 of 0 pods are healthy"],
  [
    "Progressing, not Degraded, when it cannot be computed",
    { ...counted, conditions: [failed] },
    "Progressing",
    "found no controllers for pod api-1",
  ],
  [
    "Progressing until the controller has seen it",
    { ...counted, observedGeneration: 1 },
    "Progressing",
    "generation 2 is not yet seen by the controller, which is at 1",
  ],
  [
    "Progressing without a status",
    { observedGeneration: undefined },
    "Progressing",
    "generation 2 is not yet seen by the controller, which is at 0",
  ],
];

describe("a PodDisruptionBudget", () => {
  it.each(rows)("is %s", (_, status, health, message) => {
    const budget = live("policy/v1", "PodDisruptionBudget", { minAvailable: 2 }, { ...status });
    expect(assessDisruptionBudget(budget)).toEqual({ status: health, message });
  });
});
