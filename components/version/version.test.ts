import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import semver from "semver";

import { compareVersions, isDoubtful, isRelease, parseComplete, parseVersion } from "./version.ts";

function format(text: string): string | undefined {
  const version = parseVersion(text);
  if (version === undefined) return undefined;
  const { major, minor, patch, prerelease } = version;
  return `${major}.${minor}.${patch}${prerelease === "" ? "" : `-${prerelease}`}`;
}

function compare(a: string, b: string): number {
  return Math.sign(compareVersions(parseVersion(a)!, parseVersion(b)!));
}

describe("parseVersion", () => {
  it.each([
    ["1.2.3", "1.2.3"],
    ["v1.2.3", "1.2.3"],
    ["1", "1.0.0"],
    ["v1", "1.0.0"],
    ["1.2", "1.2.0"],
    ["01.002.3", "1.2.3"],
    ["1.2-beta", "1.2.0-beta"],
    ["1.2.3-rc.1+build.5", "1.2.3-rc.1"],
    ["1.2.3+build", "1.2.3"],
    ["20240131", "20240131.0.0"],
    ["18446744073709551615.0.0", "18446744073709551615.0.0"],
  ])("reads %s as %s", (text, normal) => {
    expect(format(text)).toBe(normal);
  });

  it.each([
    "",
    "latest",
    "qa-v1.0.1",
    "dev-1",
    "V1.0.0",
    "1.2.3.4",
    "1.2.",
    "1..2",
    "1.2.3-",
    "1.2.3-a..b",
    "1.2.3-01",
    "1.2.3+",
    "1.2.3\n",
    " 1.2.3",
    "1.2.٣",
    "deadbeef",
    "1e3",
    "18446744073709551616",
  ])("reads %j as no version", (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});

describe("compareVersions", () => {
  it.each([
    ["1.0.10", "1.0.9"],
    ["2.0.0", "1.99.99"],
    ["1.0.0", "1.0.0-rc.1"],
    ["1.0.0-alpha.1", "1.0.0-alpha"],
    ["1.0.0-alpha.beta", "1.0.0-alpha.1"],
    ["1.0.0-beta", "1.0.0-alpha.beta"],
    ["1.0.0-beta.11", "1.0.0-beta.2"],
    ["1.0.0-rc.1", "1.0.0-beta.11"],
    ["1.0.0-1a", "1.0.0-99"],
    ["20240131000000000.0.1", "20240131000000000.0.0"],
    ["9007199254740993.0.0", "9007199254740992.0.0"],
  ])("puts %s above %s", (high, low) => {
    expect([compare(high, low), compare(low, high)]).toEqual([1, -1]);
  });

  it.each([
    ["1.2", "v1.2.0"],
    ["1.0.0+a", "1.0.0+b"],
    ["01.0.0", "1.0.0"],
  ])("takes %s and %s for the same", (a, b) => {
    expect(compare(a, b)).toBe(0);
  });

  it("agrees with npm's semver on every version that both read", () => {
    const number = fc.oneof(fc.nat(3), fc.nat(Number.MAX_SAFE_INTEGER));
    const identifier = fc.stringMatching(/^(?:0|[1-9][0-9]{0,3}|[a-c-][a-c0-9-]{0,2})$/);
    const version = fc
      .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }))
      .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre.length === 0 ? "" : `-${pre.join(".")}`}`);
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(compare(a, b)).toBe(semver.compare(a, b));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("isRelease", () => {
  it.each([
    ["v1.2.3", true],
    ["1.2.3", true],
    ["1.2", false],
    ["v1.2.3-rc.1", false],
    ["v1.2.3\n", false],
    ["20240131", false],
  ])("answers for %j: %s", (text, expected) => {
    expect(isRelease(text)).toBe(expected);
  });
});

describe("parseComplete", () => {
  it.each([
    ["v1.2.3", true],
    ["1.2.3-rc.1", true],
    ["1.2.3+build", true],
    ["1.2", false],
    ["20240131", false],
    ["1234567-dirty", false],
    ["1.2.3.4", false],
    ["1.2.3-01", false],
  ])("finds a complete version in %j: %s", (text, expected) => {
    expect(parseComplete(text) !== undefined).toBe(expected);
  });
});

describe("isDoubtful", () => {
  it.each([
    ["20240131", true],
    ["v20240131.2", true],
    ["20240131235959", true],
    ["240131", true],
    ["2024.01.31", true],
    ["1970.0.0", true],
    ["4815162", true],
    ["1.20240131.0", false],
    ["v1.2.3", false],
    ["99999.0.0", false],
    ["1969.0.0", false],
    ["2100", false],
  ])("answers for %s: %s", (text, expected) => expect(isDoubtful(parseVersion(text)!)).toBe(expected));
});
