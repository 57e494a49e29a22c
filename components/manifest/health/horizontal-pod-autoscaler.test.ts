import { describe, expect, it } from "@jest/globals";
import { assessAutoscaler } from "./horizontal-pod-autoscaler.ts";
import { condition, live } from "./live.fixture.ts";

const able = condition("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size");
const limited = condition("ScalingLimited", "True", "TooFewReplicas", "below the minimum");

const rows: readonly (readonly [string, readonly object[], string, string])[] = [
  [
    "Degraded when it cannot read the scale",
    [condition("AbleToScale", "False", "FailedGetScale", "no scale")],
    "Degraded",
    "no scale",
  ],
  [
    "Degraded when it cannot write the scale",
    [condition("AbleToScale", "False", "FailedUpdateScale")],
    "Degraded",
    "FailedUpdateScale",
  ],
  ...[
    "FailedGetResourceMetric",
    "FailedGetObjectMetric",
    "FailedGetPodsMetric",
    "FailedGetExternalMetric",
    "FailedComputeMetricsReplicas",
    "InvalidSelector",
  ].map(
    (reason) =>
      [
        `Degraded by ${reason}, though able`,
        [able, condition("ScalingActive", "False", reason, "bad")],
        "Degraded",
        "bad",
      ] as const,
  ),
  ["Healthy when able to scale", [able], "Healthy", "recommended size matches current size"],
  [
    "Healthy when limited",
    [condition("AbleToScale", "False", "BackoffDownscale"), limited],
    "Healthy",
    "below the minimum",
  ],
  [
    "Progressing when not able for a passing reason",
    [condition("AbleToScale", "False", "BackoffDownscale")],
    "Progressing",
    "waiting for the autoscaler",
  ],
  [
    "not Degraded by a reason of another condition",
    [able, condition("ScalingLimited", "False", "FailedGetScale")],
    "Healthy",
    "recommended size matches current size",
  ],
  ["Progressing without conditions", [], "Progressing", "waiting for the autoscaler"],
];

describe("a HorizontalPodAutoscaler", () => {
  it.each(rows)("of version 2 is %s", (_, conditions, health, message) => {
    const autoscaler = live("autoscaling/v2", "HorizontalPodAutoscaler", {}, { conditions });
    expect(assessAutoscaler(autoscaler)).toEqual({ status: health, message });
  });

  it.each(rows)("of version 1 is %s", (_, conditions, health, message) => {
    const annotations = { "autoscaling.alpha.kubernetes.io/conditions": JSON.stringify(conditions) };
    const autoscaler = live("autoscaling/v1", "HorizontalPodAutoscaler", {}, {}, annotations);
    expect(assessAutoscaler(autoscaler)).toEqual({ status: health, message });
  });

  it.each([["{"], ["null"], ["{}"], ["[1,null]"]])(
    "of version 1 is Progressing when its conditions read %s",
    (text) => {
      const annotations = { "autoscaling.alpha.kubernetes.io/conditions": text };
      expect(assessAutoscaler(live("autoscaling/v1", "HorizontalPodAutoscaler", {}, {}, annotations)).status).toBe(
        "Progressing",
      );
    },
  );
});
