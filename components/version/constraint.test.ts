import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import semver from "semver";

import { isGitOpsError } from "../error.ts";
import { parseConstraint } from "./constraint.ts";

// Every row was answered the same by github.com/Masterminds/semver v3.4.0.
describe("parseConstraint", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["1.2.3", ["1.2.3", "v1.2.3", "1.2.3+build"], ["1.2.4", "1.2.3-rc.1"]],
    ["=1.2.3", ["1.2.3"], ["1.2.4"]],
    ["1", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]],
    ["1.2", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0"]],
    ["=1.2", ["1.2.0", "1.2.9"], ["1.3.0"]],
    ["1.2.x", ["1.2.0", "1.2.9"], ["1.3.0"]],
    ["1.X", ["1.2.0"], ["2.0.0"]],
    ["*", ["0.0.0", "1.2.3", "20240131"], ["1.2.3-rc.1", "latest", "qa-v1.0.1"]],
    ["x", ["99.0.0"], ["1.0.0-0"]],
    ["!=1.2.3", ["1.2.4", "1.2.2"], ["1.2.3"]],
    ["!=1.x", ["2.0.0", "0.9.0"], ["1.0.0", "1.9.9"]],
    ["!=1.2", ["1.3.0"], ["1.2.0", "1.2.7"]],
    [">1.2.3", ["1.2.4"], ["1.2.3", "1.2.2"]],
    [">1", ["2.0.0"], ["1.0.0", "1.9.9"]],
    [">1.2", ["1.3.0", "2.0.0"], ["1.2.9"]],
    [">*", ["0.0.1"], ["0.0.0"]],
    ["<1.2.3", ["1.2.2"], ["1.2.3"]],
    ["<2.x", ["1.9.9"], ["2.0.0"]],
    [">=1.2", ["1.2.0", "3.0.0"], ["1.1.9"]],
    ["=>1.2.3", ["1.2.3"], ["1.2.2"]],
    ["<=1.2.3", ["1.2.3"], ["1.2.4"]],
    ["=<1.2.3", ["1.2.3"], ["1.2.4"]],
    ["<=2.x", ["2.9.9"], ["3.0.0"]],
    ["<=2.3", ["2.3.9", "1.9.0"], ["2.4.0"]],
    ["~1", ["1.0.0", "1.9.9"], ["2.0.0"]],
    ["~1.2", ["1.2.0", "1.2.9"], ["1.3.0"]],
    ["~1.2.3", ["1.2.3", "1.2.9"], ["1.2.2", "1.3.0"]],
    ["~>1.2.3", ["1.2.9"], ["1.3.0"]],
    ["~0.0.0", ["0.0.0", "5.6.7"], ["5.6.7-rc.1"]],
    ["~*", ["5.6.7"], []],
    ["^1.2.3", ["1.2.3", "1.9.9"], ["1.2.2", "2.0.0"]],
    ["^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0"]],
    ["^0.0.3", ["0.0.3"], ["0.0.4"]],
    ["^0.0", ["0.0.0", "0.0.9"], ["0.1.0"]],
    ["^0", ["0.0.0", "0.9.9"], ["1.0.0"]],
    ["^1.2", ["1.2.0", "1.9.9"], ["2.0.0"]],
    [">=1.0.0, <2.0.0", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]],
    [">=1.0.0 <2.0.0", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]],
    [">= 1.0.0 , < 2.0.0", ["1.9.9"], ["2.0.0"]],
    ["1.x || >=3.0.0", ["1.2.0", "3.0.0"], ["2.0.0"]],
    ["1.0 || 3.0", ["1.0.7", "3.0.1"], ["1.1.0"]],
    ["1.2 - 1.4.5", ["1.2.0", "1.4.5"], ["1.1.9", "1.4.6"]],
    ["1.2 - 1.4", ["1.4.9"], ["1.5.0"]],
    ["v1.2.0 - v1.4.5 || 3", ["1.3.0", "3.1.0"], ["2.0.0"]],
    [" 1.2.3 ", ["1.2.3"], []],
    ["01.02", ["1.2.7"], []],
  ])("%s takes %j and refuses %j", (text, taken, refused) => {
    const constraint = parseConstraint(text);
    expect(taken.filter((version) => !constraint.matches(version))).toEqual([]);
    expect(refused.filter((version) => constraint.matches(version))).toEqual([]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    [">=1.2.3-beta", ["1.2.3-beta", "2.0.0-alpha", "2.0.0"], ["1.2.3-alpha"]],
    [">=1.0.0-0 <2.0.0", ["1.5.0-rc.1", "2.0.0-alpha"], ["2.0.0"]],
    [">=1.0.0-0 || 3.x", ["1.0.0-rc.1", "3.0.0-rc.1"], []],
    ["<2.0.0 || >=3.0.0-0", ["3.0.0-rc.1", "1.0.0"], ["1.0.0-rc.1"]],
    ["*-0", ["1.2.3-rc.1", "1.2.3"], []],
    ["1.2.x-0", ["1.2.3-rc.1"], ["1.3.0-rc.1"]],
    ["!=1.2-rc", ["1.2.0", "1.2.0-beta"], ["1.2.0-rc", "1.2.7-rc"]],
  ])("%s admits the pre-releases %j and refuses %j: one condition opens its whole group", (text, taken, refused) => {
    const constraint = parseConstraint(text);
    expect(constraint.admitsPrereleases).toBe(true);
    expect(taken.filter((version) => !constraint.matches(version))).toEqual([]);
    expect(refused.filter((version) => constraint.matches(version))).toEqual([]);
  });

  it.each([
    "",
    " ",
    "latest",
    "==1.2.3",
    "><1",
    "1.2.3.4",
    "1.2.3,",
    ",1.2.3",
    "1.2.3,,1.2.4",
    "1.2.3 ||",
    "|| 1.2.3",
    ">=1.0.0<2.0.0",
    "1.2 -1.4",
    "1 - 2 - 3",
    ">1 - 2",
    "1xx",
    "x.1x",
    "1 - xx",
    "1.2.3-a..b",
    "1.2.3-01",
    "18446744073709551616",
    "1.2\u00a03",
    "1.٢",
  ])("refuses %j", (text) => {
    let found: unknown;
    try {
      parseConstraint(text);
    } catch (error) {
      found = error;
    }
    expect(isGitOpsError(found) && found.code).toBe("Invalid");
  });

  it("agrees with npm's semver where both read the same", () => {
    const number = fc.nat(3);
    const version = fc.tuple(number, number, number).map((parts) => parts.join("."));
    const comparator = fc
      .tuple(fc.constantFrom("", "=", ">", "<", ">=", "<=", "~", "^"), version)
      // The one full version that Masterminds treats differently.
      .filter(([operator, bound]) => operator !== "~" || bound !== "0.0.0")
      .map((parts) => parts.join(""));
    const partial = fc
      .tuple(fc.constantFrom("", "~", ">=", ">", "<", "<="), number, fc.option(number))
      .map(([operator, major, minor]) => `${operator}${major}${minor === null ? "" : `.${minor}`}`);
    const group = fc
      .array(fc.oneof(comparator, partial), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join(" "));
    const text = fc.array(group, { minLength: 1, maxLength: 2 }).map((groups) => groups.join(" || "));
    fc.assert(
      fc.property(text, version, (constraint, one) => {
        expect(parseConstraint(constraint).matches(one)).toBe(semver.satisfies(one, constraint));
      }),
      { numRuns: 3000 },
    );
  });

  it("answers or refuses any text, and quickly", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from("0129.xX*v-+ab<>=~^!|, \t")), maxLength: 40 }),
        (text) => {
          try {
            parseConstraint(text).matches("1.2.3");
          } catch (error) {
            expect(isGitOpsError(error)).toBe(true);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
