import { describe, expect, it } from "@jest/globals";
import { live } from "./live.fixture.ts";
import { assessStatefulSet } from "./stateful-set.ts";

const rolling = { replicas: 3, updateStrategy: { type: "RollingUpdate" } };
const partitioned = { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } } };
const whole = { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } } };
const ready = { readyReplicas: 3, updatedReplicas: 3, currentRevision: "a", updateRevision: "a" };

describe("a StatefulSet", () => {
  it.each([
    [
      "Progressing until the controller has seen it at all",
      rolling,
      { ...ready, observedGeneration: 0 },
      "Progressing",
      "not yet seen by the controller",
    ],
    [
      "Progressing until the controller has seen the newest",
      rolling,
      { ...ready, observedGeneration: 1 },
      "Progressing",
      "generation 2 is not yet seen by the controller, which is at 1",
    ],
    [
      "Progressing while replicas start",
      rolling,
      { ...ready, readyReplicas: 2 },
      "Progressing",
      "2 of 3 replicas are ready",
    ],
    [
      "Progressing while the partition is updated",
      partitioned,
      { ...ready, updatedReplicas: 1 },
      "Progressing",
      "1 of 2 replicas are updated",
    ],
    [
      "Healthy when the partition is updated, though revisions differ",
      partitioned,
      { ...ready, updatedReplicas: 2, updateRevision: "b" },
      "Healthy",
      "updated from replica 1 on",
    ],
    [
      "Progressing while all are updated",
      whole,
      { ...ready, updatedReplicas: 2 },
      "Progressing",
      "2 of 3 replicas are updated",
    ],
    ["Healthy when all are updated", whole, ready, "Healthy", "3 of 3 replicas are ready"],
    [
      "Healthy when updates wait for deletion",
      { replicas: 3, updateStrategy: { type: "OnDelete" } },
      { ...ready, updateRevision: "b" },
      "Healthy",
      "3 of 3 replicas are ready, updates wait for deletion",
    ],
    [
      "Progressing while revisions differ",
      rolling,
      { ...ready, updateRevision: "b" },
      "Progressing",
      "waiting for the rolling update to revision b",
    ],
    ["Healthy when revisions agree", rolling, ready, "Healthy", "3 of 3 replicas are ready"],
  ])("is %s", (_, spec, status, health, message) => {
    expect(assessStatefulSet(live("apps/v1", "StatefulSet", spec, status))).toEqual({ status: health, message });
  });
});
