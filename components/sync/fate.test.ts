import { describe, expect, it } from "@jest/globals";

import type { Assignment } from "../sync.protocol.ts";
import { parseAssignments } from "./assignments.ts";
import { fateOf, whyNotTaken } from "./fate.ts";

const X = "ConfigMap qa/x";

function known(applications: readonly string[], ...told: readonly Assignment[]) {
  return parseAssignments([applications, ...told].map((line) => `${JSON.stringify(line)}\n`).join(""));
}

const stating = (application: string, ...objects: readonly string[]): Assignment => ({ application, objects });

describe("parseAssignments", () => {
  it("knows who states what, and of whom nothing is known yet", () => {
    const { statedBy, of, pending, unknown } = known(
      ["a", "b", "c", "d"],
      stating("a", X),
      { application: "b" },
      {
        ...{ application: "c", skipped: true },
      },
    );
    expect(statedBy(X)).toEqual(["a"]);
    expect(statedBy("ConfigMap qa/y")).toEqual([]);
    expect([of("a"), of("b"), of("c"), of("d")]).toEqual([[X], undefined, undefined, undefined]);
    expect({ pending, unknown }).toEqual({ pending: ["d"], unknown: ["b"] });
  });

  it("leaves out a line that is still being written", () => {
    const text = `["a","b"]\n${JSON.stringify(stating("a"))}\n{"application":"b","obj`;
    expect(parseAssignments(text).pending).toEqual(["b"]);
    expect(parseAssignments("").pending).toEqual([]);
  });
});

describe("fateOf", () => {
  it.each([
    ["nobody else is known of", undefined, { fate: "free" }],
    ["nobody states it", known(["a", "b"], stating("a"), stating("b", "ConfigMap qa/y")), { fate: "free" }],
    ["only its own Application states it", known(["a"], stating("a", X)), { fate: "free" }],
    ["another states it", known(["a", "b"], stating("a"), stating("b", X)), { fate: "moved", to: "b" }],
    [
      "another states it while a third is unknown",
      known(["a", "b", "c"], stating("b", X), { application: "c" }),
      { fate: "moved", to: "b" },
    ],
    ["one is skipped", known(["a", "b"], stating("a"), { application: "b", skipped: true }), { fate: "free" }],
    [
      "one is on hold",
      known(["a", "b"], stating("a"), { application: "b" }),
      { fate: "unclear", reason: "b cannot be read, and may have it now" },
    ],
    [
      "one is late",
      known(["a", "b"], stating("a")),
      { fate: "unclear", reason: "b was not read in time, and may have it now" },
    ],
  ])("when %s", (_, assignments, expected) => {
    expect(fateOf(X, "a", assignments)).toEqual(expected);
  });
});

describe("whyNotTaken", () => {
  it.each([
    ["gave it up", stating("a"), undefined],
    ["has it", stating("a", X), "a has it in Git as well: take it out of one of them"],
    ["is on hold", { application: "a" }, "nobody knows whether a gave it up: that one is on hold"],
    ["is skipped", { application: "a", skipped: true }, "nobody knows whether a gave it up: that one is on hold"],
  ])("from one that %s", (_, assignment, expected) => {
    expect(whyNotTaken(X, "a", known(["a", "b"], assignment))).toBe(expected);
  });
});
