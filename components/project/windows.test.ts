import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { SyncWindow, Window } from "./project.ts";
import { decideWindows, windowsFor } from "./windows.ts";

const HOUR = 3_600_000;
const NOON = new Date("2026-03-04T12:00:00Z"); // a Wednesday
const allow = (schedule: string, hours: number, more: Partial<Window> = {}): Window => ({
  ...{ kind: "allow", schedule, durationMs: hours * HOUR },
  ...more,
});
const deny = (schedule: string, hours: number, more: Partial<Window> = {}): Window => ({
  ...allow(schedule, hours, more),
  kind: "deny",
});
const ACTIVE = "0 11 * * *";
const INACTIVE = "0 22 * * *";

describe("whether a sync may begin", () => {
  it.each<[title: string, windows: Window[], open: boolean]>([
    ["no windows", [], true],
    ["an active allow window", [allow(ACTIVE, 2)], true],
    ["an inactive allow window", [allow(INACTIVE, 2)], false],
    ["an active deny window", [deny(ACTIVE, 2)], false],
    ["an inactive deny window", [deny(INACTIVE, 2)], true],
    ["active allow and active deny", [allow(ACTIVE, 2), deny(ACTIVE, 2)], false],
    ["active allow and inactive deny", [allow(ACTIVE, 2), deny(INACTIVE, 2)], true],
    ["inactive allow and inactive deny", [allow(INACTIVE, 2), deny(INACTIVE, 2)], false],
    ["one of two allow windows", [allow(INACTIVE, 2), allow(ACTIVE, 2)], true],
    ["longer than its period", [deny("0 22 * * *", 20)], false],
    ["on other days of the week", [deny("0 11 * * 1,2", 2)], true],
    ["on a named day of the week", [deny("0 11 * * wed", 2)], false],
    ["at its very beginning", [deny("0 12 * * *", 1)], false],
    ["at its very end", [deny("0 11 * * *", 1)], true],
    ["in another time zone", [deny("0 7 * * *", 1, { timeZone: "America/New_York" })], false],
    ["in another time zone, not now", [deny("0 12 * * *", 1, { timeZone: "America/New_York" })], true],
  ])("%s: %#", (_title, windows, open) => expect(decideWindows(windows, NOON).open).toBe(open));

  it.each<[windows: Window[], manual: boolean]>([
    [[deny(ACTIVE, 2, { manualSync: true })], true],
    [[deny(ACTIVE, 2)], false],
    [[deny(ACTIVE, 2, { manualSync: true }), deny("0 10 * * *", 5)], false],
    [[deny(ACTIVE, 2, { manualSync: true }), deny(INACTIVE, 5)], true],
    [[allow(INACTIVE, 2, { manualSync: true })], true],
    [[allow(INACTIVE, 2, { manualSync: true }), allow(INACTIVE, 1)], false],
  ])("is a person's to decide when each cause says so: %#", (windows, manual) =>
    expect(decideWindows(windows, NOON)).toMatchObject({ open: false, manual }),
  );

  it.each<[windows: Window[], reason: string]>([
    [[allow("0 22 * * *", 1)], 'no allow window is active ("0 22 * * *" UTC for 1h); it opens at 2026-03-04 22:00 UTC'],
    [
      [deny("0 11 * * *", 1.5)],
      'a deny window is active ("0 11 * * *" UTC for 1h30m); it opens at 2026-03-04 12:30 UTC',
    ],
    [
      [deny("0 12 * * *", 1), allow("30 12 * * *", 1)],
      'a deny window is active ("0 12 * * *" UTC for 1h); it opens at 2026-03-04 13:00 UTC',
    ],
    [
      [allow("0 8 * * 1", 1, { timeZone: "Europe/Berlin" })],
      'no allow window is active ("0 8 * * 1" Europe/Berlin for 1h); it opens at 2026-03-09 08:00 Europe/Berlin (2026-03-09 07:00 UTC)',
    ],
    [
      [deny("* * * * *", 24)],
      'a deny window is active ("* * * * *" UTC for 24h); it does not open in the foreseeable future',
    ],
  ])("is said with the next time that is open: %#", (windows, reason) =>
    expect(decideWindows(windows, NOON)).toMatchObject({ reason: `its sync window is closed: ${reason}` }),
  );

  it("lasts as long as its duration when the clocks change", () => {
    const night = deny("30 1 * * *", 2, { timeZone: "Europe/Berlin" });
    // 01:30 is 00:30 UTC; at 01:00 UTC Berlin goes from 02:00 to 03:00.
    const at = (time: string) => decideWindows([night], new Date(`2026-03-29T${time}:00Z`)).open;
    expect([at("00:29"), at("00:30"), at("02:29"), at("02:30")]).toEqual([true, false, false, true]);
  });

  it("opens when it says it does, and not a minute before", () => {
    const window = fc.record({
      kind: fc.constantFrom("allow" as const, "deny" as const),
      schedule: fc
        .tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 23 }))
        .map(([m, h]) => `${m} ${h} * * *`),
      durationMs: fc.integer({ min: 1, max: 20 }).map((hours) => hours * HOUR),
    });
    const minute = fc.integer({ min: 0, max: 500_000 }).map((count) => new Date(Date.UTC(2026, 0, 1) + count * 60_000));
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 4 }), minute, (windows, now) => {
        const decision = decideWindows(windows, now);
        const time = decision.open ? undefined : /opens at (.{16}) UTC/.exec(decision.reason)?.[1];
        if (time === undefined) return;
        const opens = new Date(`${time.replace(" ", "T")}:00Z`);
        expect(decideWindows(windows, opens).open).toBe(true);
        expect(decideWindows(windows, new Date(opens.getTime() - 60_000)).open).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

describe("whom a window concerns", () => {
  const window = (more: Partial<SyncWindow>): SyncWindow => ({
    ...{ kind: "deny", schedule: ACTIVE, durationMs: HOUR, andOperator: false },
    ...{ applications: [], namespaces: [], clusters: [] },
    ...more,
  });
  const subject = {
    ...{ application: "api", namespace: "production" },
    cluster: { server: "https://kubernetes.default.svc", name: "in-cluster" },
  };
  it.each<[more: Partial<SyncWindow>, concerned: boolean]>([
    [{}, false],
    [{ applications: ["api"] }, true],
    [{ applications: ["a*"] }, true],
    [{ applications: ["worker"] }, false],
    [{ namespaces: ["prod*"] }, true],
    [{ clusters: ["in-cluster"] }, true],
    [{ clusters: ["https://kubernetes.*"] }, true],
    [{ applications: ["worker"], namespaces: ["production"] }, true],
    [{ applications: ["worker"], namespaces: ["production"], andOperator: true }, false],
    [{ applications: ["api"], namespaces: ["production"], andOperator: true }, true],
    [{ applications: ["!worker"] }, false],
  ])("%j: %j", (more, concerned) => expect(windowsFor([window(more)], subject)).toHaveLength(concerned ? 1 : 0));

  it("is not told with the window", () => {
    expect(windowsFor([window({ applications: ["*"], manualSync: true })], subject)).toEqual([
      { kind: "deny", schedule: ACTIVE, durationMs: HOUR, manualSync: true },
    ]);
  });
});
