import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { Roster } from "./roster.ts";
import { checkRoster } from "./roster.ts";

function roster(...names: readonly string[]): Roster {
  return { applications: Object.fromEntries(names.map((name) => [name, { file: `${name}.yaml`, cascade: true }])) };
}

describe("checkRoster", () => {
  it.each<[title: string, old: Roster | undefined, next: Roster]>([
    ["a first run with Applications", undefined, roster("a")],
    ["no change", roster("a", "b"), roster("a", "b")],
    ["Applications that are added", roster("a"), roster("a", "b", "c")],
    ["one of three that vanishes", roster("a", "b", "c"), roster("a", "b")],
    ["two of six that vanish", roster("a", "b", "c", "d", "e", "f"), roster("a", "b", "c", "d")],
    ["an environment that stays empty", roster(), roster()],
  ])("lets %s pass", (_title, old, next) => expect(checkRoster(old, next, [])).toEqual([]));

  it.each<[title: string, old: Roster | undefined, next: Roster, allow: string[], refusal: RegExp]>([
    ["a first run that finds nothing", undefined, roster(), [], /no Application was found/],
    ["an empty folder", roster("a", "b"), roster(), [], /no Application is left, 2 would be removed \(a, b\)/],
    ["an empty folder after one Application", roster("a"), roster(), [], /no Application is left/],
    [
      "one of two that vanishes",
      roster("a", "b"),
      roster("b"),
      [],
      /1 of 2 Applications would be removed at once \(a\); .*gitops:allowRemoval: a$/,
    ],
    ["two of five that vanish", roster("a", "b", "c", "d", "e"), roster("c", "d", "e"), [], /2 of 5/],
    ["a renaming of everything", roster("a", "b"), roster("x", "y"), [], /2 of 2/],
    ["many that vanish of which one is not named", roster("a", "b", "c"), roster("c"), ["a"], /allowRemoval: b$/],
    ["an empty folder of which one is not named", roster("a", "b"), roster(), ["b"], /allowRemoval: a$/],
    [
      "an Application replaced by one called constructor",
      roster("constructor", "b"),
      roster("b"),
      [],
      /\(constructor\)/,
    ],
  ])("refuses %s", (_title, old, next, allow, refusal) => {
    expect(checkRoster(old, next, allow)).toEqual([expect.stringMatching(refusal)]);
  });

  const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "i", "constructor"));

  it("lets everything go that is named", () => {
    fc.assert(
      fc.property(names, names, (old, next) => {
        const vanished = old.filter((name) => !next.includes(name));
        expect(checkRoster(roster(...old), roster(...next), vanished)).toEqual([]);
      }),
    );
  });

  it("never lets more than one in three go when none is named", () => {
    fc.assert(
      fc.property(names, names, (old, next) => {
        const vanished = old.filter((name) => !next.includes(name)).length;
        const refused = checkRoster(roster(...old), roster(...next), []).length > 0;
        expect(refused).toBe(vanished * 3 > old.length);
      }),
    );
  });
});
