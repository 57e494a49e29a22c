import { describe, expect, it } from "@jest/globals";

import type { Build } from "./build.ts";
import { choose } from "./choose.ts";
import type { ImagePolicy } from "./policy.ts";
import type { Proof } from "./proof.ts";
import type { Registry } from "./registry.ts";

const POLICY: ImagePolicy = {
  ...{ alias: "api", image: "registry.example.com/api", strategy: "semver", constraint: undefined },
  ...{ allowTags: undefined, ignoreTags: ["old"], platforms: [{ os: "linux", architecture: "arm64" }] },
};
const NOW = Date.parse("2024-02-01T00:00:00Z");
const DIGEST = `sha256:${"a".repeat(64)}`;
const BUILD: Build = { digest: DIGEST, created: "2024-01-31T10:00:00.000000000Z" };

/** Notes what it is asked; the real one is met in test/integration/builds.test.ts. */
function noting(tags: readonly string[]) {
  const asked: unknown[] = [];
  const registry: Registry = {
    listTags: (image) => {
      asked.push(["list", image]);
      return Promise.resolve(tags);
    },
    newestOf: () => undefined,
    inspect: (image, inspected, platforms) => {
      asked.push(["inspect", image, inspected, platforms]);
      return Promise.resolve(new Map(inspected.map((tag) => [tag, BUILD])));
    },
  };
  return { asked, registry };
}

describe("choose", () => {
  it.each(["semver", "alphabetical"] as const)("asks for the list and no more with %s", async (strategy) => {
    const { asked, registry } = noting(["v1.0.0", "v1.1.0"]);
    expect((await choose({ ...POLICY, strategy }, { registry, now: NOW })).tag).toBe("v1.1.0");
    expect(asked).toEqual([["list", POLICY.image]]);
  });

  it("looks with newest-build at the tags that the filters allow", async () => {
    const { asked, registry } = noting(["a", "old", "b"]);
    expect((await choose({ ...POLICY, strategy: "newest-build" }, { registry, now: NOW })).tag).toBe("b");
    expect(asked).toEqual([
      ["list", POLICY.image],
      ["inspect", POLICY.image, ["a", "b"], POLICY.platforms],
    ]);
  });

  it("looks with digest at the tag to follow, without a list", async () => {
    const { asked, registry } = noting(["a"]);
    expect((await choose({ ...POLICY, strategy: "digest", constraint: "latest" }, { registry, now: NOW })).tag).toBe(
      `latest@${DIGEST}`,
    );
    expect(asked).toEqual([["inspect", POLICY.image, ["latest"], POLICY.platforms]]);
  });

  it("looks at nothing when the filters allow nothing", async () => {
    const { asked, registry } = noting(["old"]);
    expect((await choose({ ...POLICY, strategy: "newest-build" }, { registry, now: NOW })).tag).toBeUndefined();
    expect(
      (await choose({ ...POLICY, strategy: "digest", constraint: "old" }, { registry, now: NOW })).tag,
    ).toBeUndefined();
    expect(asked).toEqual([["list", POLICY.image]]);
  });

  describe("with a tag that has to be looked at", () => {
    const DAY = 86_400_000;
    const BUILDS: Readonly<Record<string, Build>> = {
      "v1.3.0": { digest: DIGEST, created: "2024-01-31T23:00:00.000000000Z" },
      "v1.2.0": { digest: DIGEST },
      "v1.1.0": { digest: DIGEST, created: "2024-01-30T00:00:00.000000000Z" },
      "v1.0.0": { refusal: "is not in the registry" },
    };

    function dated(newest?: "first" | "last") {
      const { asked, registry } = noting(Object.keys(BUILDS));
      const inspect: Registry["inspect"] = (_, inspected) => {
        asked.push(inspected);
        return Promise.resolve(new Map(inspected.map((tag) => [tag, BUILDS[tag] ?? {}])));
      };
      return { asked, chooser: { registry: { ...registry, inspect, newestOf: () => newest }, now: NOW } };
    }

    it("takes the best one that is old enough, and looks at no other", async () => {
      const { asked, chooser } = dated();
      const { tag, verdicts } = await choose({ ...POLICY, minimumAgeMs: DAY }, chooser);
      expect(tag).toBe("v1.1.0");
      expect(asked).toEqual([["list", POLICY.image], ["v1.3.0"], ["v1.2.0"], ["v1.1.0"]]);
      expect(verdicts.map(({ reason }) => reason)).toEqual([
        "is too young: built 2024-01-31T23:00:00Z, old enough 2024-02-01T23:00:00.000Z",
        "does not say when it was built, so nobody can tell whether it is old enough",
        "is the highest of 2 allowed",
        "is lower than v1.1.0",
      ]);
    });

    it("takes a tag from the very moment on at which it is old enough", async () => {
      const at = (now: number) => choose({ ...POLICY, minimumAgeMs: DAY }, { ...dated().chooser, now });
      const moment = Date.parse("2024-02-01T23:00:00Z");
      expect([(await at(moment - 1)).tag, (await at(moment)).tag]).toEqual(["v1.1.0", "v1.3.0"]);
    });

    it("takes nothing when nothing is old enough", async () => {
      const { tag } = await choose({ ...POLICY, minimumAgeMs: 3 * DAY }, dated().chooser);
      expect(tag).toBeUndefined();
    });

    it("gives the digest that a tag stands for", async () => {
      const { tag } = await choose({ ...POLICY, pinDigest: true }, dated().chooser);
      expect(tag).toBe(`v1.3.0@${DIGEST}`);
    });

    it("pins the digest of a tag that newest-build or alphabetical takes", async () => {
      const newest = { ...POLICY, strategy: "newest-build", pinDigest: true } as const;
      expect((await choose(newest, dated().chooser)).tag).toBe(`v1.3.0@${DIGEST}`);
      const byName = { ...newest, strategy: "alphabetical" } as const;
      expect((await choose(byName, dated().chooser)).tag).toBe(`v1.3.0@${DIGEST}`);
    });

    it("follows no tag that is too young", async () => {
      const followed = { ...POLICY, strategy: "digest", constraint: "v1.3.0" } as const;
      expect((await choose({ ...followed, minimumAgeMs: DAY }, dated().chooser)).tag).toBeUndefined();
      expect((await choose({ ...followed, minimumAgeMs: 1 }, dated().chooser)).tag).toBe(`v1.3.0@${DIGEST}`);
    });

    it.each([
      ["first", "v1.3.0", [["v1.3.0"]]],
      ["last", "v1.1.0", [["v1.0.0"], ["v1.1.0"]]],
    ] as const)("trusts a list whose newest tag is the %s", async (newest, expected, looked) => {
      const { asked, chooser } = dated(newest);
      const { tag, verdicts } = await choose({ ...POLICY, strategy: "newest-build" }, chooser);
      expect(tag).toBe(expected);
      expect(asked.slice(1)).toEqual(looked);
      // The guard against older builds needs the date.
      expect(verdicts.find(({ taken }) => taken)?.created).toBe(BUILDS[expected]?.created);
    });

    it("gives up after a hundred tags that may not be taken", async () => {
      const { registry } = noting(Array.from({ length: 300 }, (_, index) => `v1.0.${index}`));
      const choosing = choose({ ...POLICY, minimumAgeMs: 365 * DAY }, { registry, now: NOW });
      await expect(choosing).rejects.toThrow("registry.example.com/api: the 100 best tags may not be taken");
    });
  });

  describe("with a gate", () => {
    const proven = (...tags: readonly string[]): Proof => ({
      objection: (_, tag, version, digest) =>
        tags.some((one) => one === tag || one === version || one === digest) ? undefined : "is not proven",
    });

    it("takes the best one that is proven, and says what waits", async () => {
      const { registry } = noting(["v1.3.0", "v1.2.0", "v1.1.0", "v1.0.0"]);
      const chosen = await choose(POLICY, { registry, now: NOW, proof: proven("v1.1.0", "v1.0.0") });
      expect(chosen).toMatchObject({ tag: "v1.1.0", waiting: "v1.3.0 is not proven" });
      expect(chosen.verdicts.map(({ reason }) => reason)).toEqual([
        ...["is not proven", "is not proven", "is the highest of 2 allowed", "is lower than v1.1.0"],
      ]);
    });

    it("says that nothing waits when the best one is proven", async () => {
      const { registry } = noting(["v1.3.0", "v1.2.0"]);
      const chosen = await choose(POLICY, { registry, now: NOW, proof: proven("v1.3.0") });
      expect([chosen.tag, chosen.waiting]).toEqual(["v1.3.0", undefined]);
    });

    it("takes nothing when nothing is proven, out of hundreds", async () => {
      const { registry } = noting(Array.from({ length: 500 }, (_, index) => `v1.0.${index}`));
      const chosen = await choose(POLICY, { registry, now: NOW, proof: proven() });
      expect([chosen.tag, chosen.waiting]).toEqual([undefined, "v1.0.499 is not proven"]);
    });

    it("asks about the version that the filter cuts out", async () => {
      const { registry } = noting(["rel-v1.3.0", "rel-v1.2.0"]);
      const policy = { ...POLICY, allowTags: "regexp:^rel-(v.*)$" };
      expect((await choose(policy, { registry, now: NOW, proof: proven("v1.2.0") })).tag).toBe("rel-v1.2.0");
    });

    it("asks about the digest that a followed tag stands for", async () => {
      const { registry } = noting(["latest"]);
      const policy = { ...POLICY, strategy: "digest", constraint: "latest" } as const;
      const proof = (digest: string): Proof => ({
        objection: (_, _tag, _version, found) => (found === undefined || found === digest ? undefined : "was moved"),
      });
      expect((await choose(policy, { registry, now: NOW, proof: proof(DIGEST) })).tag).toBe(`latest@${DIGEST}`);
      const moved = await choose(policy, { registry, now: NOW, proof: proof("sha256:other") });
      expect([moved.tag, moved.waiting]).toEqual([undefined, "latest was moved"]);
    });
  });

  it("asks as whom the policy says", async () => {
    const asked: unknown[] = [];
    const { registry } = noting(["v1"]);
    const noted: Registry = {
      ...registry,
      listTags: (image, pullSecret) => (asked.push(pullSecret), registry.listTags(image)),
      inspect: (image, tags, platforms, pullSecret) => (
        asked.push(pullSecret),
        registry.inspect(image, tags, platforms)
      ),
    };
    await choose({ ...POLICY, pullSecret: "env:X", pinDigest: true }, { registry: noted, now: NOW });
    expect(asked).toEqual(["env:X", "env:X"]);
  });
});
