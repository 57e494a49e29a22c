import { describe, expect, it } from "@jest/globals";

import { announce } from "./members.ts";
import { outputsWith, POLICY } from "./sync.fixture.ts";
import { closedWindow, refuseClosedRemoval } from "./window.ts";

const NOON = new Date("2026-03-04T12:00:00Z");
const freeze = { kind: "deny", schedule: "0 11 * * *", durationMs: 7_200_000 } as const;
const closed =
  'its sync window is closed: a deny window is active ("0 11 * * *" UTC for 2h); it opens at 2026-03-04 13:00 UTC';
const always = { ...freeze, schedule: "* * * * *" };

describe("a closed sync window", () => {
  it.each([
    ["no windows", undefined, {}, undefined],
    ["another time", [{ ...freeze, schedule: "0 20 * * *" }], {}, undefined],
    ["now", [freeze], {}, closed],
    ["now, for a person too", [freeze], { PULUMI_GITOPS_MANUAL_SYNC: "true" }, closed],
    [
      "now, unless a person asks",
      [{ ...freeze, manualSync: true }],
      {},
      `${closed}, or for a person with PULUMI_GITOPS_MANUAL_SYNC=true`,
    ],
    ["now, and a person asks", [{ ...freeze, manualSync: true }], { PULUMI_GITOPS_MANUAL_SYNC: "true" }, undefined],
    [
      "now, and somebody says no",
      [{ ...freeze, manualSync: true }],
      { PULUMI_GITOPS_MANUAL_SYNC: "false" },
      `${closed}, or for a person with PULUMI_GITOPS_MANUAL_SYNC=true`,
    ],
  ])("%s", (_title, windows, env, expected) => {
    const policy = windows === undefined ? POLICY : { ...POLICY, windows };
    expect(closedWindow(policy, NOON, env)).toBe(expected);
  });

  it("keeps what Git has dropped, but not from a destroy", () => {
    const outputs = outputsWith({ environment: "frozen", policy: { ...POLICY, windows: [always] } });
    expect(() => refuseClosedRemoval(outputs)).not.toThrow();
    announce("frozen", ["another"]);
    expect(() => refuseClosedRemoval(outputs)).toThrow(/frozen\/web is gone from Git, but nothing .* window is closed/);
    announce("frozen", ["web"]);
    expect(() => refuseClosedRemoval(outputs)).not.toThrow();
  });
});
