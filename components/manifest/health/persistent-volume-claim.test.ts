import { describe, expect, it } from "@jest/globals";
import { live } from "./live.fixture.ts";
import { assessClaim } from "./persistent-volume-claim.ts";

describe("a PersistentVolumeClaim", () => {
  it.each([
    ["Degraded when its volume is lost", { phase: "Lost" }, "Degraded", "the volume behind the claim is lost"],
    ["Progressing while it waits for one", { phase: "Pending" }, "Progressing", "waiting for a volume"],
    ["Healthy when bound", { phase: "Bound" }, "Healthy", "bound"],
    ["Unknown otherwise", { phase: "New" }, "Unknown", "the claim is in phase New"],
    ["Unknown without a phase", {}, "Unknown", "the claim has no phase yet"],
  ])("is %s", (_, status, health, message) => {
    expect(assessClaim(live("v1", "PersistentVolumeClaim", {}, status))).toEqual({ status: health, message });
  });
});
