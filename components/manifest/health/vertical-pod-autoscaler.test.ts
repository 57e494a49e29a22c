import { describe, expect, it } from "@jest/globals";
import { condition, live } from "./live.fixture.ts";
import { assessVerticalAutoscaler } from "./vertical-pod-autoscaler.ts";

const none = "there is no recommendation yet";

describe("a VerticalPodAutoscaler", () => {
  it.each([
    [
      "Healthy with a recommendation",
      [condition("RecommendationProvided", "True")],
      "Healthy",
      "a recommendation is provided",
    ],
    ["Healthy while no pod matches", [condition("NoPodsMatched", "True", "NoPodsMatched")], "Healthy", none],
    ["Healthy while it learns", [condition("RecommendationProvided", "False")], "Healthy", none],
    ["Healthy before it is looked at", [], "Healthy", none],
    [
      "Progressing while its target cannot be read",
      [condition("ConfigUnsupported", "True", "", "Cannot read targetRef. Reason: not found")],
      "Progressing",
      "Cannot read targetRef. Reason: not found",
    ],
  ])("is %s", (_, conditions, health, message) => {
    const status = { observedGeneration: undefined, conditions };
    const autoscaler = live("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", {}, status);
    expect(assessVerticalAutoscaler(autoscaler)).toEqual({ status: health, message });
  });
});
