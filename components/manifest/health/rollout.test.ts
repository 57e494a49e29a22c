import { describe, expect, it } from "@jest/globals";
import { live } from "./live.fixture.ts";
import { assessRollout } from "./rollout.ts";

const seen = { observedGeneration: "2" };
const unseen = "waiting for the controller to see the newest generation";
const referring = { "rollout.argoproj.io/workload-generation": "7" };

const rows: readonly (readonly [string, object, object, string, string])[] = [
  ["Healthy in that phase", { ...seen, phase: "Healthy" }, {}, "Healthy", ""],
  [
    "Progressing in that phase",
    { ...seen, phase: "Progressing", message: "more replicas need to be updated" },
    {},
    "Progressing",
    "more replicas need to be updated",
  ],
  [
    "Suspended when paused",
    { ...seen, phase: "Paused", message: "CanaryPauseStep" },
    {},
    "Suspended",
    "CanaryPauseStep",
  ],
  [
    "Degraded in that phase",
    { ...seen, phase: "Degraded", message: "RolloutAborted: Rollout aborted update to revision 2" },
    {},
    "Degraded",
    "RolloutAborted: Rollout aborted update to revision 2",
  ],
  ["Progressing without a phase", seen, {}, "Progressing", "waiting for the rollout"],
  [
    "Progressing, not Degraded, until the controller has seen it",
    { observedGeneration: "1", phase: "Degraded" },
    {},
    "Progressing",
    unseen,
  ],
  ["Progressing without a status", { observedGeneration: undefined }, {}, "Progressing", unseen],
  [
    "Healthy when the observed generation is a hash of an old version",
    { observedGeneration: "754cb84d5", phase: "Healthy" },
    {},
    "Healthy",
    "",
  ],
  [
    "Progressing until the controller has seen the workload it refers to",
    { ...seen, workloadObservedGeneration: "6", phase: "Healthy" },
    referring,
    "Progressing",
    unseen,
  ],
  [
    "Healthy when the controller has seen that, too",
    { ...seen, workloadObservedGeneration: "7", phase: "Healthy" },
    referring,
    "Healthy",
    "",
  ],
];

describe("a Rollout", () => {
  it.each(rows)("is %s", (_, status, annotations, health, message) => {
    const rollout = live("argoproj.io/v1alpha1", "Rollout", {}, { ...status }, annotations);
    expect(assessRollout(rollout)).toEqual({ status: health, message });
  });
});
