import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../manifest/object.ts";
import { awaitApproval, isApprovedSince, isFreshApproval } from "./approval.ts";
import { POLICY } from "./sync.fixture.ts";

const NOON = Date.UTC(2026, 0, 31, 12);
const TEXT = "ConfigMap qa/web";

function extra(options: string): ReadonlyMap<string, Manifest> {
  const annotations = { "argocd.argoproj.io/sync-options": options };
  return new Map([
    [TEXT, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web", namespace: "qa", annotations } }],
  ]);
}

describe("awaitApproval", () => {
  it("begins when the removal is first seen, in whole seconds, and then stands", () => {
    expect(awaitApproval(extra("Prune=confirm"), POLICY, {}, NOON + 1)).toEqual({ [TEXT]: "2026-01-31T12:00:01Z" });
    const before = { [TEXT]: "2026-01-30T12:00:00Z", "ConfigMap qa/gone": "2026-01-29T12:00:00Z" };
    expect(awaitApproval(extra("Prune=confirm"), POLICY, before, NOON)).toEqual({ [TEXT]: "2026-01-30T12:00:00Z" });
  });

  it("waits for nothing that does not ask for it", () => {
    expect(awaitApproval(extra("Prune=false"), POLICY, { [TEXT]: "2026-01-30T12:00:00Z" }, NOON)).toEqual({});
  });

  it("asks whom the Application tells to ask", () => {
    const policy = { ...POLICY, syncOptions: ["Prune=confirm"] };
    expect(Object.keys(awaitApproval(extra(""), policy, {}, NOON))).toEqual([TEXT]);
  });

  it.each(["2026-01-31T11:59:59Z", "2026-01-31T12:00:00Z", "2099-01-01T00:00:00Z"])(
    "is not satisfied by an approval that was there before: %s",
    (deletionApproved) => {
      const awaiting = awaitApproval(extra("Prune=confirm"), { ...POLICY, deletionApproved }, {}, NOON);
      expect(isApprovedSince(deletionApproved, awaiting[TEXT])).toBe(false);
    },
  );
});

describe("isApprovedSince", () => {
  it.each([
    ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z", true],
    ["2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00Z", true],
    ["2026-01-31T11:59:59Z", "2026-01-31T12:00:00Z", false],
    ["2026-01-31T12:00:00Z", undefined, false],
    [undefined, "2026-01-31T12:00:00Z", false],
    [undefined, undefined, false],
  ])("an approval of %s for what waits since %s: %s", (approved, since, expected) => {
    expect(isApprovedSince(approved, since)).toBe(expected);
  });
});

describe("isFreshApproval", () => {
  it.each([
    ["2026-01-31T12:00:00Z", true],
    ["2026-01-30T12:00:00Z", true],
    ["2026-01-30T11:59:59Z", false],
    ["2026-01-31T12:09:00Z", true],
    ["2026-01-31T13:00:00Z", false],
    [undefined, false],
  ])("%s at noon of 2026-01-31: %s", (approved, expected) => {
    expect(isFreshApproval(approved, NOON)).toBe(expected);
  });
});
