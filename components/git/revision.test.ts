import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import semver from "semver";

import type { Refs } from "./refs.ts";
import { constraintOf, findTarget, selectTag, versionOf } from "./revision.ts";

function refsOf(...names: readonly string[]): Refs {
  return new Map(names.map((name, index) => [`refs/${name}`, { commit: String(index).padStart(40, "0") }]));
}

const REFS = refsOf(
  ...["heads/main", "heads/1.x", "heads/9.x", "heads/v1.2.9", "heads/>=1", "heads/3.0.0"],
  ...["tags/1.2.0", "tags/v1.2.0", "tags/v1.2.9", "tags/v1.2.10", "tags/v1.3.0-rc.1", "tags/2.0.0"],
  ...["tags/latest", "tags/qa-v7.0.0", "tags/api/1.0.0", "tags/api/v1.4.0", "tags/api/2.0.0-rc.1", "tags/apix/1.9.9"],
);

describe("findTarget", () => {
  it.each([
    ["1.2.*", "tags/v1.2.10"],
    ["1.2.x", "tags/v1.2.10"],
    ["~1.2", "tags/v1.2.10"],
    ["^1", "tags/v1.2.10"],
    [">=1.0 <2", "tags/v1.2.10"],
    [">=1.0, <1.2.10", "tags/v1.2.9"],
    [">=1.3.0-0 <2", "tags/v1.3.0-rc.1"],
    ["*", "tags/2.0.0"],
    ["1.2.0 - 1.2.5", "tags/1.2.0"],
    ["<1", undefined],
  ])("takes the highest tag that %s allows", (revision, name) => {
    expect(findTarget(REFS, { revision })).toBe(name === undefined ? undefined : `refs/${name}`);
  });

  it.each([
    ["a range, although a branch has its name", "1.x", "tags/v1.2.10"],
    ["a branch with the name of a range that no tag fits", "9.x", "heads/9.x"],
    ["a branch that names itself fully", "refs/heads/1.x", "heads/1.x"],
    ["a version as the name of a tag", "v1.2.9", "tags/v1.2.9"],
    ["a version as the name of a branch", "3.0.0", "heads/3.0.0"],
    ["a part of a version as a name, never as a range", "1.2", undefined],
    ["a tag that is no version", "latest", "tags/latest"],
    ["a branch", "main", "heads/main"],
  ])("takes %s", (_, revision, name) => {
    expect(findTarget(REFS, { revision })).toBe(name === undefined ? undefined : `refs/${name}`);
  });

  it.each([
    ["1.*", "tags/api/v1.4.0"],
    ["*", "tags/api/v1.4.0"],
    [">=2.0.0-0", "tags/api/2.0.0-rc.1"],
    ["1.0.0", "tags/api/1.0.0"],
    ["2.0.0", undefined],
    ["main", "heads/main"],
    ["api/1.0.0", "tags/api/1.0.0"],
    ["9.x", "heads/9.x"],
  ])("reads %s among the tags of one component", (revision, name) => {
    const found = findTarget(REFS, { revision, tagPrefix: "api/" });
    expect(found).toBe(name === undefined ? undefined : `refs/${name}`);
  });

  it("does not depend on the order in which the server names tags, and never takes a lower one", () => {
    const versions = fc.uniqueArray(fc.tuple(fc.nat(3), fc.nat(12), fc.nat(12)).map((parts) => parts.join(".")));
    fc.assert(
      fc.property(versions, fc.constantFrom("1.x", "^1.2", ">=1 <3", "~2.3", "*"), (tags, revision) => {
        const found = findTarget(refsOf(...tags.map((tag) => `tags/v${tag}`)), { revision });
        expect(found?.slice("refs/tags/v".length) ?? null).toBe(semver.maxSatisfying(tags, revision));
      }),
    );
  });
});

describe("selectTag", () => {
  it("takes the first of equal versions, as the server names them", () => {
    expect(selectTag(REFS, { revision: "<=1.2.5" })).toBe("refs/tags/1.2.0");
  });
});

describe("constraintOf", () => {
  it.each([
    "1",
    "1.2",
    "v1.2.3",
    "1.2.3-rc.1",
    "1234567",
    "main",
    "feature/x-1",
    "HEAD",
    "",
    "release 1",
    "refs/heads/1.x",
  ])("takes %j for a name", (text) => {
    expect(constraintOf(text)).toBeUndefined();
  });
});

describe("versionOf", () => {
  it.each([
    ["refs/tags/v1.2.3", "", "1.2.3"],
    ["refs/tags/api/1.2.3", "api/", "1.2.3"],
    ["refs/tags/api/1.2.3", "", undefined],
    ["refs/heads/1.2.3", "", undefined],
    ["HEAD", "", undefined],
    [undefined, "", undefined],
  ])("of %s with prefix %j is %s", (ref, prefix, expected) => {
    const version = versionOf(ref, prefix);
    expect(version && `${version.major}.${version.minor}.${version.patch}`).toBe(expected);
  });
});
