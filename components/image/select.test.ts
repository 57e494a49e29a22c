import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import semver from "semver";

import type { ImagePolicy } from "./policy.ts";
import type { Build, Builds } from "./build.ts";
import { selectTag, tagsToInspect } from "./select.ts";

const QA = "regexp:^qa-(v1\\.0\\.[0-9]+)$";
const PRODUCTION = "regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$";

function policy(more: Partial<ImagePolicy> = {}): ImagePolicy {
  return {
    ...{ alias: "api", image: "registry.example.com/my-org/api", strategy: "semver" },
    ...{ constraint: undefined, allowTags: undefined, ignoreTags: [], platforms: [], ...more },
  };
}

describe("selectTag", () => {
  it.each<[string, readonly string[], Partial<ImagePolicy>, string | undefined]>([
    [
      "the newest QA patch, not the last in byte order",
      ["qa-v1.0.9", "qa-v1.0.10", "qa-v1.0.2"],
      { allowTags: QA },
      "qa-v1.0.10",
    ],
    ["no production tag for QA", ["v9.0.0", "qa-v1.0.1"], { allowTags: QA }, "qa-v1.0.1"],
    ["no other QA line", ["qa-v2.0.0", "qa-v1.1.0", "qa-v1.0.0"], { allowTags: QA }, "qa-v1.0.0"],
    [
      "a cut-out version under the constraint",
      ["qa-v1.0.9", "qa-v1.0.3"],
      { allowTags: QA, constraint: "<1.0.5" },
      "qa-v1.0.3",
    ],
    [
      "only releases for production",
      ["v1.2.0", "v1.10.0", "qa-v9.0.0", "latest", "dev-x", "v2.0.0-rc.1", "v3", "20240131", "v4.0.0\n", "v5.0.0+b"],
      { allowTags: PRODUCTION },
      "v1.10.0",
    ],
    ["nothing of what production must not run", ["qa-v1.0.1", "latest", "dev-1"], { allowTags: PRODUCTION }, undefined],
    ["nothing from nothing", [], {}, undefined],
    ["no pre-release without being asked", ["1.0.0", "1.1.0-rc.1"], {}, "1.0.0"],
    ["no pre-release when there is nothing else", ["1.1.0-rc.1"], {}, undefined],
    ["a pre-release that the constraint names", ["1.0.0", "1.1.0-rc.1"], { constraint: ">=1.0.0-0" }, "1.1.0-rc.1"],
    ["the release above its pre-release", ["1.1.0", "1.1.0-rc.1"], { constraint: ">=1.0.0-0" }, "1.1.0"],
    ["the constraint", ["1.9.0", "2.0.0"], { constraint: "1.x" }, "1.9.0"],
    ["ignored tags", ["1.0.0", "1.1.0", "1.2.0"], { ignoreTags: ["1.2.*", "x"] }, "1.1.0"],
    ["* as no update at all", ["1.0.0"], { ignoreTags: ["*"] }, undefined],
    ["a malformed pattern as a reason to take nothing", ["1.0.0"], { ignoreTags: ["["] }, undefined],
    ["a broken filter as a reason to take nothing", ["1.0.0"], { allowTags: "regexp:(" }, undefined],
    ["the later in byte order of one version", ["1.0.0", "v1.0", "1.0"], {}, "v1.0"],
    ["a date as a major version, as Image Updater does", ["1.0.0", "20240131"], {}, "20240131"],
  ])("respects %s", (_, tags, more, expected) => {
    expect(selectTag(tags, policy(more)).tag).toBe(expected);
  });

  it("tells of each tag what became of it", () => {
    const tags = [
      "qa-v1.0.9",
      "qa-v1.0.10",
      "v1.0.11",
      "qa-v1.0.4",
      "qa-v1.0.11-rc",
      "qa-v1.0.007",
      "qa-v1.0.7",
      "a\nb",
    ];
    const rules = { allowTags: "regexp:^qa-(.*)$", ignoreTags: ["*.4"], constraint: "1.x" };
    const { verdicts } = selectTag(tags, policy(rules));
    expect(verdicts.map(({ tag, taken, reason }) => `${taken ? "+" : "-"} ${tag} ${reason}`)).toEqual([
      "- qa-v1.0.9 is lower than qa-v1.0.10",
      "+ qa-v1.0.10 is the highest of 4 allowed",
      "- v1.0.11 is not allowed by regexp:^qa-(.*)$",
      '- qa-v1.0.4 is ignored by "*.4"',
      "- qa-v1.0.11-rc is a pre-release, and the constraint 1.x names none",
      "- qa-v1.0.007 is lower than qa-v1.0.10",
      "- qa-v1.0.7 is lower than qa-v1.0.10",
      "- a\nb is no tag that a registry may hold",
    ]);
    expect(verdicts[1]).toMatchObject({ version: "v1.0.10" });
    expect(verdicts[2]).not.toHaveProperty("version");
  });

  it.each<[string, Partial<ImagePolicy>, string]>([
    ["latest", {}, "is not a version"],
    ["qa-x", { allowTags: "regexp:^qa-(.*)$" }, 'has "x", which is not a version'],
    ["2.0.0", { constraint: "1.x" }, "does not meet the constraint 1.x"],
    ["1.0.0", { allowTags: "^v" }, 'expected "any" or "regexp:<pattern>", found "^v"'],
  ])("says why it refuses %s", (tag, more, reason) => {
    expect(selectTag([tag], policy(more)).verdicts).toMatchObject([{ allowed: false, taken: false, reason }]);
  });

  it.each<[string, readonly string[], Partial<ImagePolicy>, string | undefined]>([
    ["a date above versions", ["v1.2.0", "20240131"], {}, "20240131"],
    ["a year above versions", ["2024.1.31", "v1.2.0"], {}, "2024.1.31"],
    ["a commit of digits above versions", ["1.2.0", "4815162"], {}, "4815162"],
    ["a cut-out date above versions", ["qa-v1.2.0", "qa-20240131"], { allowTags: "regexp:^qa-(.*)$" }, "qa-20240131"],
    ["dates alone", ["20240131", "20240201"], {}, undefined],
    ["one date alone", ["20240131", "latest"], {}, undefined],
    ["versions", ["v1.2.0", "v1.10.0"], {}, undefined],
    ["a date that the constraint refuses", ["v1.2.0", "20240131"], { constraint: "1.x" }, undefined],
    ["a date that is ignored", ["v1.2.0", "20240131"], { ignoreTags: ["2024*"] }, undefined],
    ["no tag", [], {}, undefined],
  ])("doubts the choice among %s: %s", (_, tags, more, doubted) => {
    const { warning, verdicts } = selectTag(tags, policy(more));
    expect(warning?.split(" ", 1)[0]).toBe(doubted);
    expect(verdicts.filter(({ reason }) => reason.includes("if it is a date or a commit"))).toHaveLength(
      doubted === undefined ? 0 : 1,
    );
  });

  it("says what to do about a date", () => {
    const { warning, verdicts } = selectTag(["v1.2.0", "20240131"], policy());
    const advice = "if it is a date or a commit, keep it out with allow-tags or ignore-tags";
    expect(warning).toBe(`20240131 counts as major version 20240131: ${advice}`);
    expect(verdicts[1]?.reason).toBe(`is the highest of 2 allowed, but counts as major version 20240131: ${advice}`);
  });

  it("names the tag that won when two are the same version", () => {
    const { verdicts } = selectTag(["1.0.0", "v1.0.0"], policy());
    expect(verdicts.map(({ reason }) => reason)).toEqual([
      "is the same version as v1.0.0",
      "is the highest of 2 allowed",
    ]);
  });

  it("does not depend on the order of the list", () => {
    const tag = fc.tuple(fc.nat(2), fc.nat(12), fc.constantFrom("", "v")).map(([a, b, v]) => `${v}1.${a}.${b}`);
    fc.assert(
      fc.property(fc.uniqueArray(tag), (tags) => {
        expect(selectTag(tags.toReversed(), policy()).tag).toBe(selectTag(tags, policy()).tag);
      }),
    );
  });

  it("selects what sorting all tags by hand selects, whatever the rules", () => {
    const tag = fc
      .tuple(fc.constantFrom("", "v", "qa-v", "x"), fc.nat(3), fc.nat(3), fc.nat(12), fc.constantFrom("", "", "-rc.1"))
      .map(([before, major, minor, patch, after]) => `${before}${major}.${minor}.${patch}${after}`);
    const rules = fc.record({
      constraint: fc.constantFrom("*", "1.x", ">=1.1.0 <3", "^2.1", ">=1.0.0-0"),
      allowTags: fc.constantFrom(undefined, PRODUCTION, "regexp:^qa-(v.*)$"),
      ignoreTags: fc.constantFrom([], ["v2.*"], ["*1"]),
      skip: fc.constantFrom([], ["v1.1.1", "1.*"]),
    });
    fc.assert(
      fc.property(fc.uniqueArray(tag, { maxLength: 30 }), rules, (tags, more) => {
        expect(selectTag(tags, policy(more)).tag).toBe(selectPlainly(tags, more));
      }),
      { numRuns: 1000 },
    );
  });

  it("never selects for production what is no plain release", () => {
    const around = fc.string({ unit: fc.constantFrom(...Array.from("v0.qa-+\n٣ ")), maxLength: 2 });
    const tag = fc.tuple(around, fc.nat(9), around).map(([before, patch, after]) => `${before}v1.2.${patch}${after}`);
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 10 }), (tags) => {
        const plain = tags.filter((one) => /^v1\.2\.[0-9]+$/.test(one));
        const selected = selectTag(tags, policy({ allowTags: PRODUCTION })).tag;
        expect(plain.length === 0 ? [undefined] : plain).toContain(selected);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Plain and slow, with npm's semver: where no constraint of the test tells the two apart. */
function selectPlainly(
  tags: readonly string[],
  rules: { constraint: string; allowTags: string | undefined; ignoreTags: readonly string[]; skip: readonly string[] },
): string | undefined {
  const cut = rules.allowTags?.startsWith("regexp:^qa-") === true;
  const isHidden = (tag: string) =>
    [...rules.ignoreTags, ...rules.skip].some((glob) =>
      new RegExp(`^${glob.replaceAll(".", "\\.").replaceAll("*", ".*")}$`).test(tag),
    );
  const versions = tags.flatMap((tag) => {
    if (isHidden(tag) || (cut && !tag.startsWith("qa-v"))) return [];
    if (rules.allowTags === PRODUCTION && !/^v\d+\.\d+\.\d+$/.test(tag)) return [];
    const version = semver.parse(cut ? tag.slice("qa-".length) : tag);
    const range = rules.constraint.replace(/-0$/, "");
    const includePrerelease = range !== rules.constraint;
    if (version === null || (version.prerelease.length > 0 && !includePrerelease)) return [];
    return semver.satisfies(version, range, { includePrerelease }) ||
      (includePrerelease && version.compare("1.0.0-0") >= 0)
      ? [{ tag, version }]
      : [];
  });
  return versions.toSorted((a, b) => a.version.compare(b.version) || (a.tag < b.tag ? -1 : 1)).at(-1)?.tag;
}

function told({ tag, verdicts }: ReturnType<typeof selectTag>) {
  return [tag, ...verdicts.map((one) => `${one.taken ? "+" : one.allowed ? "o" : "-"} ${one.tag} ${one.reason}`)];
}

describe("the strategy alphabetical", () => {
  const alphabetical = policy({ strategy: "alphabetical", constraint: "1.x" });

  it("takes the last tag in byte order, whatever the constraint", () => {
    expect(told(selectTag(["release-10", "Zebra", "release-9", "20240131"], alphabetical))).toEqual([
      "release-9",
      "o release-10 comes before release-9",
      "o Zebra comes before release-9",
      "+ release-9 is the last of 4 allowed in byte order",
      "o 20240131 comes before release-9",
    ]);
  });

  it("compares whole tags, also where allow-tags cuts out a version", () => {
    const tags = ["a-2", "b-1"];
    expect(selectTag(tags, { ...alphabetical, allowTags: "regexp:^[a-z]-([0-9]+)$" }).tag).toBe("b-1");
  });

  it("respects the filters and needs no look at any tag", () => {
    const filtered = { ...alphabetical, allowTags: "regexp:^dev-", ignoreTags: ["*-3"] };
    const tags = ["dev-1", "dev-2", "dev-3", "main-9"];
    expect(selectTag(tags, filtered).tag).toBe("dev-2");
    expect(tagsToInspect(tags, filtered)).toEqual([]);
  });
});

describe("the strategy newest-build", () => {
  const newest = policy({ strategy: "newest-build", allowTags: "regexp:^dev-", constraint: "1.x" });
  const at = (day: number) => ({ created: `2024-01-0${day}T00:00:00.000000000Z` });

  it("takes the build with the latest date, whatever its name and the constraint", () => {
    const builds: Builds = new Map<string, Build>([
      ["dev-c", at(1)],
      ["dev-a", at(3)],
      ["dev-b", at(2)],
      ["dev-z", {}],
      ["dev-y", { refusal: "has no image for linux/amd64" }],
    ]);
    const tags = ["dev-a", "dev-b", "dev-c", "dev-z", "dev-y", "dev-x", "v9.0.0"];
    expect(told(selectTag(tags, newest, { builds }))).toEqual([
      "dev-a",
      "+ dev-a is the newest of 3 allowed, built 2024-01-03T00:00:00Z",
      "o dev-b was built before dev-a",
      "o dev-c was built before dev-a",
      "- dev-z does not say when it was built; reproducible builds write 1970 or 1980, which says nothing",
      "- dev-y has no image for linux/amd64",
      "- dev-x was not looked at",
      "- v9.0.0 is not allowed by regexp:^dev-",
    ]);
    expect(selectTag(tags, newest, { builds }).verdicts[1]).toMatchObject(at(2));
  });

  it("takes the later name of two tags of one build", () => {
    const builds: Builds = new Map([
      ["dev-1", at(1)],
      ["dev-2", at(1)],
    ]);
    expect(told(selectTag(["dev-2", "dev-1"], newest, { builds }))).toEqual([
      "dev-2",
      "+ dev-2 is the newest of 2 allowed, built 2024-01-01T00:00:00Z",
      "o dev-1 was built at the same time as dev-2",
    ]);
  });

  it("looks only at tags that the filters allow", () => {
    expect(tagsToInspect(["dev-1", "v1.0.0", "dev-2", "a\nb"], { ...newest, ignoreTags: ["dev-2"] })).toEqual([
      "dev-1",
    ]);
  });
});

describe("the strategy digest", () => {
  const DIGEST = `sha256:${"a".repeat(64)}`;
  const digest = policy({ strategy: "digest", constraint: "latest" });

  it("gives the tag to follow with what it stands for, and no other", () => {
    const builds: Builds = new Map([["latest", { digest: DIGEST }]]);
    expect(told(selectTag(["v9.0.0", "latest"], digest, { builds }))).toEqual([
      `latest@${DIGEST}`,
      "- v9.0.0 is not the tag to follow, latest",
      `+ latest stands for ${DIGEST}`,
    ]);
  });

  it.each<[string, Builds, string]>([
    ["is gone", new Map([["latest", { refusal: "is not in the registry" }]]), "is not in the registry"],
    [
      "cannot be run",
      new Map([["latest", { digest: DIGEST, refusal: "is no container image" }]]),
      "is no container image",
    ],
    ["is unknown", new Map(), "was not looked at"],
  ])("gives nothing for a tag that %s", (_, builds, reason) => {
    expect(told(selectTag(["latest"], digest, { builds }))).toEqual([undefined, `- latest ${reason}`]);
  });

  it("respects the filters, and looks at one tag only", () => {
    expect(tagsToInspect(["v1", "latest"], digest)).toEqual(["latest"]);
    expect(tagsToInspect(["v1", "latest"], { ...digest, ignoreTags: ["latest"] })).toEqual([]);
    expect(tagsToInspect(["v1", "latest"], { ...digest, allowTags: "regexp:^v" })).toEqual([]);
  });
});
