import { describe, expect, it } from "@jest/globals";
import { condition, live } from "./live.fixture.ts";
import { assessReplicaSet } from "./replica-set.ts";

const failure = condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota");

describe("a ReplicaSet", () => {
  it.each([
    [
      "Progressing until the controller has seen it",
      { availableReplicas: 2, observedGeneration: 1 },
      "Progressing",
      "generation 2 is not yet seen by the controller, which is at 1",
    ],
    [
      "Degraded when a replica cannot be made",
      { availableReplicas: 2, conditions: [failure] },
      "Degraded",
      "exceeded quota",
    ],
    [
      "not Degraded by a failure that is over",
      { availableReplicas: 2, conditions: [{ ...failure, status: "False" }] },
      "Healthy",
      "2 of 2 replicas are available",
    ],
    ["Progressing while replicas start", { availableReplicas: 1 }, "Progressing", "1 of 2 replicas are available"],
    ["Healthy when all are available", { availableReplicas: 2 }, "Healthy", "2 of 2 replicas are available"],
  ])("is %s", (_, status, health, message) => {
    expect(assessReplicaSet(live("apps/v1", "ReplicaSet", { replicas: 2 }, status))).toEqual({
      status: health,
      message,
    });
  });
});
