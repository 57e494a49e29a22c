import { describe, expect, it } from "@jest/globals";

import { announce, hasLeft, isElsewhere, shardOfRun } from "./members.ts";
import type { RosterInputs } from "./roster.ts";
import { checkRosterInputs } from "./roster.ts";

const SHARD = { index: 1, count: 2 };

function roster(names: readonly string[], elsewhere?: readonly string[]): RosterInputs {
  const applications = Object.fromEntries(names.map((name) => [name, { file: `${name}.yaml`, cascade: true }]));
  const shard = elsewhere === undefined ? {} : { shard: { ...SHARD, elsewhere } };
  return { environment: "qa", allowRemoval: [], applications, ...shard };
}

describe("the roster of a shard", () => {
  it.each<[string, Partial<RosterInputs>, RosterInputs, readonly string[]]>([
    ["its first run", {}, roster(["a", "b"], ["b"]), []],
    ["the run in which an environment is parted", roster(["a", "b"]), roster(["a", "b"], ["b"]), ["b"]],
    ["a run in which nothing changes", roster(["a", "b"], ["b"]), roster(["a", "b"], ["b"]), []],
    ["an Application that is new elsewhere", roster(["a"], []), roster(["a", "b"], ["b"]), []],
  ])("says what goes to another shard in %s", (_, olds, news, handedOver) => {
    expect(checkRosterInputs(olds, news)).toEqual({ failures: [], orphaned: [], handedOver });
  });

  it("counts the whole environment when many Applications are gone", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    // All of this shard's, but a third of all.
    expect(checkRosterInputs(roster(names, names.slice(2)), roster(names.slice(2), names.slice(2))).failures).toEqual(
      [],
    );
    expect(checkRosterInputs(roster(names, ["a"]), roster(["a", "b", "c"], ["a"])).failures).toHaveLength(1);
  });
});

describe("what a run announces", () => {
  it("tells what left Git from what another shard deploys", () => {
    announce("qa", ["a", "b"], ["b"], SHARD);
    expect([hasLeft("qa", "a"), hasLeft("qa", "b"), hasLeft("qa", "c")]).toEqual([false, false, true]);
    expect([isElsewhere("qa", "a"), isElsewhere("qa", "b"), isElsewhere("qa", "c")]).toEqual([false, true, false]);
    expect(shardOfRun("qa")).toEqual(SHARD);
  });

  it("is nothing where no program ran", () => {
    expect([hasLeft("none", "a"), isElsewhere("none", "a")]).toEqual([false, false]);
    expect(shardOfRun("none")).toBeUndefined();
  });
});
