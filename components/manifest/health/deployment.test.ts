import { describe, expect, it } from "@jest/globals";
import { assessDeployment } from "./deployment.ts";
import { condition, live } from "./live.fixture.ts";

const done = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
const stuck = condition(
  "Progressing",
  "False",
  "ProgressDeadlineExceeded",
  'ReplicaSet "api-1" has timed out progressing.',
);

describe("a Deployment", () => {
  it.each([
    [
      "Suspended when paused, whatever else",
      { replicas: 3, paused: true },
      { ...done, observedGeneration: 1 },
      "Suspended",
      "the rollout is paused",
    ],
    [
      "Progressing until the controller has seen it",
      { replicas: 3 },
      { ...done, observedGeneration: 1 },
      "Progressing",
      "generation 2 is not yet seen by the controller, which is at 1",
    ],
    [
      "Progressing when it has no status",
      { replicas: 3 },
      { observedGeneration: undefined },
      "Progressing",
      "generation 2 is not yet seen by the controller, which is at 0",
    ],
    [
      "Degraded when it is stuck",
      { replicas: 3 },
      { ...done, conditions: [stuck] },
      "Degraded",
      'ReplicaSet "api-1" has timed out progressing.',
    ],
    [
      "Degraded when it is stuck without a message",
      { replicas: 3 },
      { conditions: [{ ...stuck, message: "" }] },
      "Degraded",
      "the rollout exceeded its progress deadline",
    ],
    [
      "Progressing while replicas are updated",
      { replicas: 3 },
      { ...done, updatedReplicas: 1 },
      "Progressing",
      "1 of 3 replicas are updated",
    ],
    [
      "Progressing while old replicas remain",
      { replicas: 3 },
      { ...done, replicas: 4 },
      "Progressing",
      "1 of 4 replicas are old and still to be terminated",
    ],
    [
      "Progressing while updated replicas start",
      { replicas: 3 },
      { ...done, availableReplicas: 1 },
      "Progressing",
      "1 of 3 updated replicas are available",
    ],
    [
      "Progressing while its single replica starts",
      {},
      { replicas: 1, updatedReplicas: 1 },
      "Progressing",
      "0 of 1 updated replicas are available",
    ],
    ["Healthy when all are available", { replicas: 3 }, done, "Healthy", "3 of 3 replicas are available"],
    ["Healthy when scaled to nothing", { replicas: 0 }, {}, "Healthy", "0 of 0 replicas are available"],
  ])("is %s", (_, spec, status, health, message) => {
    expect(assessDeployment(live("apps/v1", "Deployment", spec, status))).toEqual({ status: health, message });
  });
});
