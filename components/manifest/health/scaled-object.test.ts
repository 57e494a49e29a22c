import { describe, expect, it } from "@jest/globals";
import { condition, live } from "./live.fixture.ts";
import { assessScaledObject } from "./scaled-object.ts";

const ready = condition(
  "Ready",
  "True",
  "ScaledObjectReady",
  "ScaledObject is defined correctly and is ready for scaling",
);
const active = condition(
  "Active",
  "False",
  "ScalerNotActive",
  "Scaling is not performed because triggers are not active",
);
const unready = condition("Ready", "False", "ScaledObjectCheckFailed", "Target resource doesn't exist");
const fallback = condition("Fallback", "True", "FallbackExists", "At least one trigger is falling back");
const paused = condition("Paused", "True", "ScaledObjectPaused", "ScaledObject is paused");
const undecided = ["Ready", "Active", "Fallback", "Paused"].map((type) => condition(type, "Unknown"));

describe("a ScaledObject", () => {
  it.each([
    [
      "Healthy when ready, active or not",
      [active, ready, { ...fallback, status: "False" }],
      "Healthy",
      "ScaledObject is defined correctly and is ready for scaling",
    ],
    [
      "Progressing, not Degraded, while its target is missing",
      [unready, active],
      "Progressing",
      "Target resource doesn't exist",
    ],
    ["Degraded when it has fallen back", [ready, fallback], "Degraded", "At least one trigger is falling back"],
    ["Suspended when paused, whatever else", [unready, fallback, paused], "Suspended", "ScaledObject is paused"],
    ["Progressing while nothing is known", undecided, "Progressing", "waiting for Ready to be true"],
    ["Progressing until it is looked at", [], "Progressing", "waiting for the autoscaler to be set up"],
  ])("is %s", (_, conditions, health, message) => {
    const scaled = live("keda.sh/v1alpha1", "ScaledObject", {}, { observedGeneration: undefined, conditions });
    expect(assessScaledObject(scaled)).toEqual({ status: health, message });
  });
});
