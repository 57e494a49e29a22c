import { describe, expect, it } from "@jest/globals";
import { assessDaemonSet } from "./daemon-set.ts";
import { live } from "./live.fixture.ts";

const done = { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 };

describe("a DaemonSet", () => {
  it.each([
    [
      "Progressing until the controller has seen it",
      {},
      { ...done, observedGeneration: 1 },
      "Progressing",
      "generation 2 is not yet seen by the controller, which is at 1",
    ],
    [
      "Healthy when updates wait for deletion",
      { updateStrategy: { type: "OnDelete" } },
      { ...done, updatedNumberScheduled: 1, numberAvailable: 0 },
      "Healthy",
      "1 of 3 pods are updated, updates wait for deletion",
    ],
    [
      "Progressing while pods are updated",
      {},
      { ...done, updatedNumberScheduled: 2 },
      "Progressing",
      "2 of 3 pods are updated",
    ],
    [
      "Progressing while updated pods start",
      {},
      { ...done, numberAvailable: 2 },
      "Progressing",
      "2 of 3 updated pods are available",
    ],
    ["Healthy when all are available", {}, done, "Healthy", "3 of 3 pods are available"],
    ["Healthy where no node wants it", {}, {}, "Healthy", "0 of 0 pods are available"],
  ])("is %s", (_, spec, status, health, message) => {
    expect(assessDaemonSet(live("apps/v1", "DaemonSet", spec, status))).toEqual({ status: health, message });
  });
});
