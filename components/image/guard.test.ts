import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { OfferedTag } from "./guard.ts";
import { decideImages } from "./guard.ts";
import { compareVersions, parseVersion } from "../version/version.ts";

const QA = "regexp:^qa-(v1\\.0\\.[0-9]+)$";
const PRODUCTION = "regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$";

const PINNED = `v1.2.0@sha256:${"a".repeat(64)}`;
const MOVED = `v1.2.0@sha256:${"b".repeat(64)}`;

function decide(running: string | undefined, offered: OfferedTag | undefined, pin?: string, builtAt?: string) {
  const [decision] = decideImages(
    { images: running === undefined ? {} : { api: running }, created: builtAt === undefined ? {} : { api: builtAt } },
    offered === undefined ? {} : { api: offered },
    pin === undefined ? {} : { api: pin },
  );
  return decision && `${decision.state} ${decision.tag}: ${decision.reason}`;
}

describe("decideImages", () => {
  it.each<[string, string | undefined, OfferedTag | undefined, string | undefined, string | undefined]>([
    ["the first tag", undefined, { tag: "v1.0.0", reason: "because" }, undefined, "promoted v1.0.0: because"],
    ["a higher tag", "v1.0.9", { tag: "v1.0.10" }, undefined, "promoted v1.0.10: v1.0.10 is higher than v1.0.9"],
    [
      "a higher QA tag",
      "qa-v1.0.9",
      { tag: "qa-v1.0.10", allowTags: QA },
      undefined,
      "promoted qa-v1.0.10: qa-v1.0.10 is higher than qa-v1.0.9",
    ],
    [
      "the digest of the tag that runs",
      "v1.2.0",
      { tag: PINNED },
      undefined,
      `promoted ${PINNED}: v1.2.0 is pinned to its digest`,
    ],
    [
      "the digest that runs",
      PINNED,
      { tag: PINNED },
      undefined,
      `kept ${PINNED}: the highest allowed tag runs already`,
    ],
    [
      "another digest of the tag that runs",
      PINNED,
      { tag: MOVED },
      undefined,
      `held ${PINNED}: v1.2.0 was moved to sha256:${"b".repeat(64)}; pin ${MOVED} to take it`,
    ],
    [
      "another digest with newest-build",
      PINNED,
      { tag: MOVED, strategy: "newest-build", created: { "v1.2.0": "2024-01-31T10:00:00.000000000Z" } },
      undefined,
      `held ${PINNED}: v1.2.0 was moved to sha256:${"b".repeat(64)}; pin ${MOVED} to take it`,
    ],
    [
      "a higher tag with digest",
      "v1.1.0",
      { tag: PINNED },
      undefined,
      `promoted ${PINNED}: v1.2.0 is higher than v1.1.0`,
    ],
    [
      "a lower tag with digest",
      "v1.3.0",
      { tag: PINNED },
      undefined,
      "held v1.3.0: v1.2.0 is lower than the running v1.3.0; pin v1.2.0 to go back to it",
    ],
    ["the tag that runs", "v1.0.0", { tag: "v1.0.0" }, undefined, "kept v1.0.0: the highest allowed tag runs already"],
    [
      "another name of the version",
      "v1.0",
      { tag: "v1.0.0" },
      undefined,
      "kept v1.0: v1.0.0 is the same version as the running v1.0",
    ],
    ["no tag", "v1.0.0", { tag: undefined }, undefined, "kept v1.0.0: no tag is allowed"],
    ["no answer", "v1.0.0", { reason: "the registry answers 503" }, undefined, "kept v1.0.0: the registry answers 503"],
    ["no tag for what never ran", undefined, {}, undefined, undefined],
    ["no policy any more", "v1.0.0", undefined, undefined, undefined],
    [
      "a lower tag",
      "v1.3.0",
      { tag: "v1.2.9", allowTags: PRODUCTION },
      undefined,
      "held v1.3.0: v1.2.9 is lower than the running v1.3.0; pin v1.2.9 to go back to it",
    ],
    [
      "a lower QA tag",
      "qa-v1.0.10",
      { tag: "qa-v1.0.9", allowTags: QA },
      undefined,
      "held qa-v1.0.10: qa-v1.0.9 is lower than the running qa-v1.0.10; pin qa-v1.0.9 to go back to it",
    ],
    [
      "a lower tag because the filter was made narrower",
      "v2.0.0",
      { tag: "v1.9.0", allowTags: "regexp:^v1\\." },
      undefined,
      "held v2.0.0: v1.9.0 is lower than the running v2.0.0; pin v1.9.0 to go back to it",
    ],
    [
      "a pre-release of the running release",
      "v1.3.0",
      { tag: "v1.3.0-rc.1" },
      undefined,
      "held v1.3.0: v1.3.0-rc.1 is lower than the running v1.3.0; pin v1.3.0-rc.1 to go back to it",
    ],
    [
      "a version where none ran",
      "latest",
      { tag: "v1.0.0", allowTags: PRODUCTION },
      undefined,
      "promoted v1.0.0: latest is not a version under the policy, v1.0.0 is",
    ],
    [
      "a QA tag where a release ran",
      "v1.3.0",
      { tag: "qa-v1.0.1", allowTags: QA },
      undefined,
      "promoted qa-v1.0.1: v1.3.0 is not a version under the policy, qa-v1.0.1 is",
    ],
    [
      "a release where a QA tag ran",
      "qa-v1.0.9",
      { tag: "v1.0.0", allowTags: PRODUCTION },
      undefined,
      "promoted v1.0.0: qa-v1.0.9 is not a version under the policy, v1.0.0 is",
    ],
    [
      "a tag that cannot be compared",
      "qa-v1.0.9",
      { tag: "qa-v1.0.8" },
      undefined,
      "held qa-v1.0.9: qa-v1.0.8 is not a version under the policy, so nobody can tell whether it is lower",
    ],
    ["a pin below", "v1.3.0", { tag: "v1.4.0" }, "v1.2.0", "pinned v1.2.0: pinned in the stack's configuration"],
    ["a pin without policy", undefined, undefined, "v1.2.0", "pinned v1.2.0: pinned in the stack's configuration"],
    [
      "a pin that is no version",
      "v1.3.0",
      { tag: "v1.4.0" },
      "debug",
      "pinned debug: pinned in the stack's configuration",
    ],
  ])("is offered %s", (_, running, offered, pin, expected) => {
    expect(decide(running, offered, pin)).toBe(expected);
  });

  it("goes on upwards when a pin is lifted", () => {
    expect(decide("v1.2.0", { tag: "v1.4.0" })).toBe("promoted v1.4.0: v1.4.0 is higher than v1.2.0");
  });

  it("decides every image that a policy or a pin names, in order, with the tag until now", () => {
    const decisions = decideImages(
      { images: { b: "v1.0.0", z: "v9.0.0" }, created: {} },
      { b: { tag: "v1.1.0" }, a: { tag: "v1.0.0" } },
      { c: "v3.0.0" },
    );
    expect(decisions.map(({ image, from, tag }) => [image, from, tag])).toEqual([
      ["a", undefined, "v1.0.0"],
      ["b", "v1.0.0", "v1.1.0"],
      ["c", undefined, "v3.0.0"],
    ]);
  });

  it("is not misled by names that every object has", () => {
    expect(decideImages({ images: {}, created: {} }, { constructor: { tag: "v1.0.0" } }, {})).toMatchObject([
      { state: "promoted", tag: "v1.0.0" },
    ]);
  });

  it("never lowers an image by itself, whatever the registry offers", () => {
    const prerelease = fc.constantFrom("", "-rc.1", "-rc.2", "-0");
    const version = fc
      .tuple(fc.nat(3), fc.nat(3), fc.nat(11), prerelease)
      .map(([a, b, c, pre]) => `v${a}.${b}.${c}${pre}`);
    const filter = fc.constantFrom(undefined, "any", PRODUCTION, "regexp:^v(.*)$", "regexp:^(v1\\..*)$");
    fc.assert(
      fc.property(version, version, filter, (running, tag, allowTags) => {
        const before = { images: { api: running }, created: {} };
        const [decision] = decideImages(before, { api: { tag, ...(allowTags && { allowTags }) } }, {});
        const next = parseVersion(decision!.tag)!;
        expect(compareVersions(next, parseVersion(running)!)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });

  const EARLY = "2024-01-31T10:00:00.000000000Z";
  const LATE = "2024-02-01T10:00:00.000000000Z";
  const builds = (tag: string, created: string): OfferedTag => ({
    ...{ tag, strategy: "newest-build", created: { [tag]: created } },
  });
  const digest = (letter: string) => `latest@sha256:${letter.repeat(64)}`;
  const followed = (letter: string): OfferedTag => ({ tag: digest(letter), strategy: "digest" });

  it.each<[string, string | undefined, OfferedTag, string | undefined, string]>([
    ["a later text", "b", { tag: "c", strategy: "alphabetical" }, undefined, "promoted c: c comes after b"],
    [
      "the text that runs",
      "b",
      { tag: "b", strategy: "alphabetical" },
      undefined,
      "kept b: the last allowed tag runs already",
    ],
    [
      "an earlier text",
      "release-9",
      { tag: "release-10", strategy: "alphabetical" },
      undefined,
      "held release-9: release-10 comes before the running release-9 in byte order; pin release-10 to go back to it",
    ],
    [
      "an earlier text because the filter was changed",
      "v2",
      { tag: "main-7", strategy: "alphabetical", allowTags: "regexp:^main-" },
      undefined,
      "held v2: main-7 comes before the running v2 in byte order; pin main-7 to go back to it",
    ],
    [
      "a tag where a digest ran",
      digest("a").slice(7),
      { tag: "b", strategy: "alphabetical" },
      undefined,
      `promoted b: ${digest("a").slice(7)} is no tag, b is`,
    ],
    ["the first build", undefined, builds("dev-2", LATE), undefined, "promoted dev-2: the newest allowed build"],
    [
      "a later build",
      "dev-1",
      builds("dev-2", LATE),
      EARLY,
      "promoted dev-2: dev-2 was built after dev-1 (2024-02-01T10:00:00Z, 2024-01-31T10:00:00Z)",
    ],
    [
      "an earlier build",
      "dev-2",
      builds("dev-1", EARLY),
      LATE,
      "held dev-2: dev-1 was built before the running dev-2 (2024-01-31T10:00:00Z, 2024-02-01T10:00:00Z); pin dev-1 to go back to it",
    ],
    [
      "another name of the build",
      "dev-2",
      builds("latest", LATE),
      LATE,
      "kept dev-2: latest was built at the same time as the running dev-2",
    ],
    [
      "a build where a version ran",
      "v1.0.0",
      builds("dev-2", LATE),
      undefined,
      "promoted dev-2: dev-2 is the newest build; v1.0.0 was not chosen by its date, and none is known of it",
    ],
    [
      "a build without date",
      "dev-1",
      { tag: "dev-2", strategy: "newest-build" },
      EARLY,
      "held dev-1: nobody can tell when dev-2 was built",
    ],
    [
      "a digest for the first time",
      undefined,
      followed("a"),
      undefined,
      `promoted ${digest("a")}: what the tag stands for`,
    ],
    ["a digest where the tag ran", "latest", followed("a"), undefined, `promoted ${digest("a")}: latest is followed`],
    ["a digest where a version ran", "v9.0.0", followed("a"), undefined, `promoted ${digest("a")}: latest is followed`],
    ["another digest", digest("b"), followed("a"), undefined, `promoted ${digest("a")}: latest was moved`],
    [
      "the digest that runs",
      digest("a"),
      followed("a"),
      undefined,
      `kept ${digest("a")}: what the tag stands for runs already`,
    ],
    [
      "the version of the digest that runs",
      "v1.3.0@sha256:ab",
      { tag: "v1.3.0" },
      undefined,
      "kept v1.3.0@sha256:ab: the highest allowed tag runs already",
    ],
    [
      "a lower version than that of the digest that runs",
      "v1.3.0@sha256:ab",
      { tag: "v1.2.0", allowTags: PRODUCTION },
      undefined,
      "held v1.3.0@sha256:ab: v1.2.0 is lower than the running v1.3.0@sha256:ab; pin v1.2.0 to go back to it",
    ],
    [
      "nothing by digest",
      digest("a"),
      { strategy: "digest", reason: "latest is not in the registry" },
      undefined,
      `kept ${digest("a")}: latest is not in the registry`,
    ],
  ])("is offered by another strategy %s", (_, running, offered, builtAt, expected) => {
    expect(decide(running, offered, undefined, builtAt)).toBe(expected);
  });

  it("remembers when what runs was built, as long as it runs", () => {
    const dateOf = (running: Record<string, string>, builtAt: Record<string, string>, offered: OfferedTag, pins = {}) =>
      decideImages({ images: running, created: builtAt }, { api: offered }, pins)[0]?.created;
    expect(dateOf({}, {}, builds("dev-1", EARLY))).toBe(EARLY);
    expect(dateOf({ api: "dev-1" }, { api: EARLY }, builds("dev-2", LATE))).toBe(LATE);
    expect(dateOf({ api: "dev-2" }, { api: LATE }, builds("dev-1", EARLY))).toBe(LATE);
    // The tag was moved after it was chosen.
    expect(dateOf({ api: "dev-1" }, { api: EARLY }, builds("dev-1", LATE))).toBe(EARLY);
    expect(dateOf({ api: "dev-1" }, {}, builds("dev-1", EARLY))).toBe(EARLY);
    expect(dateOf({ api: "dev-1" }, { api: EARLY }, { tag: "v1.0.0" })).toBeUndefined();
    const known = { ...builds("dev-2", LATE), created: { "dev-2": LATE, "dev-1": EARLY } };
    expect(dateOf({ api: "dev-2" }, { api: LATE }, known, { api: "dev-1" })).toBe(EARLY);
    expect(dateOf({ api: "dev-2" }, { api: LATE }, known, { api: "dev-0" })).toBeUndefined();
  });

  it("passes on a doubt about what is offered, as long as that runs", () => {
    const doubtful = { tag: "20240131", warning: "20240131 counts as major version 20240131" };
    const warningOf = (running: string | undefined, pins = {}) =>
      decideImages({ images: running === undefined ? {} : { api: running }, created: {} }, { api: doubtful }, pins)[0]
        ?.warning;
    expect([warningOf(undefined), warningOf("v1.0.0"), warningOf("20240131")]).toEqual([
      doubtful.warning,
      doubtful.warning,
      doubtful.warning,
    ]);
    expect([warningOf("20250131"), warningOf("v1.0.0", { api: "20240131" })]).toEqual([undefined, undefined]);
  });

  it("never goes back in the order of the strategy, through any run of offers", () => {
    const date = fc.integer({ min: 1, max: 9 }).map((day) => `2024-01-0${day}T00:00:00.000000000Z`);
    const offers = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), date), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(offers, fc.constantFrom("newest-build" as const, "alphabetical" as const), (all, strategy) => {
        let running: { images: Record<string, string>; created: Record<string, string> } = { images: {}, created: {} };
        let last = "";
        for (const [tag, created] of all) {
          const offered = strategy === "newest-build" ? builds(tag, created) : { tag, strategy };
          const [decision] = decideImages(running, { api: offered }, {});
          const rank = strategy === "newest-build" ? decision!.created! : decision!.tag;
          expect(rank >= last).toBe(true);
          last = rank;
          running = { images: { api: decision!.tag }, created: { api: decision!.created ?? "" } };
        }
      }),
    );
  });
});

describe("a bad version that runs already", () => {
  const warningFor = (running: string, offered: OfferedTag, pins = {}) =>
    decideImages({ images: { api: running }, created: {} }, { api: { skip: ["v1.4.*"], ...offered } }, pins)[0];

  it("is warned about, with what to do", () => {
    expect(warningFor("v1.4.2", { tag: "v1.3.0" })).toMatchObject({
      ...{ tag: "v1.4.2", state: "held" },
      warning: 'v1.4.2 runs although it is skipped by "v1.4.*"; pin another tag to leave it now',
    });
    expect(warningFor("v1.4.2", {})?.warning).toMatch(/^v1\.4\.2 runs although/);
  });

  it("is left for a higher one by itself, and for any by a pin", () => {
    expect(warningFor("v1.4.2", { tag: "v1.5.0" })).toMatchObject({ tag: "v1.5.0", state: "promoted" });
    expect(warningFor("v1.4.2", { tag: "v1.5.0" })).not.toHaveProperty("warning");
    expect(warningFor("v1.4.2", { tag: "v1.3.0" }, { api: "v1.3.0" })).not.toHaveProperty("warning");
  });
});
