import { describe, expect, it } from "@jest/globals";

import { canonicalJson } from "../manifest/json.ts";
import type { Manifest } from "../manifest/object.ts";
import type { CheckedInputs, ProgramInputs } from "../sync.protocol.ts";
import { check } from "./check.ts";
import { desiredWith } from "./sync.fixture.ts";

const IMAGE = "registry.example.com/my-org/web";

function deployment(tag: string): Manifest {
  const containers = [{ name: "app", image: `${IMAGE}:${tag}` }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "qa" },
    spec: { template: { spec: { containers } } },
  };
}

const TEXT = "apps/Deployment qa/web";
const desired = desiredWith({ [TEXT]: canonicalJson(deployment("v1.0.0")) });
const offering = (tag: string) => ({ ...desired, candidates: { [IMAGE]: { tag } } });

function draws() {
  let number = 0;
  return () => `drawn-${++number}`;
}

function checked(olds: Partial<CheckedInputs>, news = desired) {
  return check(olds, news, draws()).inputs as CheckedInputs;
}

function imageOf(inputs: CheckedInputs): unknown {
  return (
    JSON.parse(inputs.manifests[TEXT] ?? "{}") as { spec: { template: { spec: { containers: { image: string }[] } } } }
  ).spec.template.spec.containers[0]?.image;
}

describe("check", () => {
  it("takes the image that the registry offers", () => {
    expect(imageOf(checked({}, offering("v1.3.0")))).toBe(`${IMAGE}:v1.3.0`);
  });

  it("never lowers an image by itself, and says that it is held", () => {
    const { inputs, warnings } = check({ claim: "c", images: { [IMAGE]: "v1.3.0" } }, offering("v1.2.0"));
    expect(imageOf(inputs as CheckedInputs)).toBe(`${IMAGE}:v1.3.0`);
    expect(warnings).toEqual([
      `${IMAGE} is held: v1.2.0 is lower than the running v1.3.0; pin v1.2.0 to go back to it`,
    ]);
  });

  it.each<[string, Partial<CheckedInputs>, string, string]>([
    [
      "lowers",
      { claim: "c", images: { [IMAGE]: "v1.3.0" } },
      "v1.2.0",
      "v1.3.0 is decided, but the chart was told v1.2.0",
    ],
    [
      "knows nothing of",
      { claim: "c", images: { [IMAGE]: "v1.3.0" } },
      "",
      "v1.3.0 is decided, but the chart was told no tag",
    ],
    ["is older than", { claim: "c", images: {} }, "v1.1.0", "v1.2.0 is decided, but the chart was told v1.1.0"],
    ["is of another life than", {}, "v1.3.0", "v1.2.0 is decided, but the chart was told v1.3.0"],
  ])("changes nothing when the chart was told a tag that %s what is decided", (_, olds, told, reason) => {
    const { inputs, warnings } = check(olds, { ...offering("v1.2.0"), renderedWith: { [IMAGE]: told } }, draws());
    const sentence = `${IMAGE}: ${reason}; it is known when this up has ended, and the next one goes on`;
    expect(warnings).toEqual([sentence]);
    expect(inputs.hold).toBe(sentence);
    if (olds.claim !== undefined) expect(inputs).toEqual({ ...olds, hold: sentence });
  });

  it("goes on when the chart was told what is decided, and does not keep what it was told", () => {
    const told = { ...offering("v1.3.0"), renderedWith: { [IMAGE]: "v1.3.0" } };
    expect(checked({}, told)).toEqual(checked({}, offering("v1.3.0")));
    const none = { ...desired, candidates: { [IMAGE]: { reason: "none" } }, renderedWith: { [IMAGE]: "" } };
    expect(checked({}, none).hold).toBeUndefined();
  });

  it("takes a tag that may be no version, and says so", () => {
    const doubtful = { ...desired, candidates: { [IMAGE]: { tag: "20240131", warning: "20240131 counts as more" } } };
    const { inputs, warnings } = check({}, doubtful, draws());
    expect(imageOf(inputs as CheckedInputs)).toBe(`${IMAGE}:20240131`);
    expect(warnings).toEqual([`${IMAGE}: 20240131 counts as more`]);
  });

  it("lets a pin lower it", () => {
    const pinned = { ...offering("v1.3.0"), pins: { [IMAGE]: "v1.1.0" } };
    expect(imageOf(checked({ claim: "c", images: { [IMAGE]: "v1.3.0" } }, pinned))).toBe(`${IMAGE}:v1.1.0`);
  });

  it("keeps the image that runs when the registry offers none", () => {
    const none = { ...desired, candidates: { [IMAGE]: { reason: "none of 3 tags is allowed" } } };
    expect(imageOf(checked({ claim: "c", images: { [IMAGE]: "v1.3.0" } }, none))).toBe(`${IMAGE}:v1.3.0`);
  });

  it("writes the digest that a followed tag stands for", () => {
    const tag = `latest@sha256:${"a".repeat(64)}`;
    const followed = { ...desired, candidates: { [IMAGE]: { tag, strategy: "digest" as const } } };
    expect(imageOf(checked({}, followed))).toBe(`${IMAGE}:${tag}`);
  });

  it("remembers when a build was made, so that its tag may vanish without an older one taking its place", () => {
    const built = (tag: string, date: string) => ({
      ...desired,
      candidates: { [IMAGE]: { tag, strategy: "newest-build" as const, created: { [tag]: date } } },
    });
    const first = checked({}, built("dev-2", "2024-02-02T00:00:00.000000000Z"));
    expect(first.builtAt).toEqual({ [IMAGE]: "2024-02-02T00:00:00.000000000Z" });
    const { inputs, warnings } = check(first, built("dev-1", "2024-01-01T00:00:00.000000000Z"));
    expect(imageOf(inputs as CheckedInputs)).toBe(`${IMAGE}:dev-2`);
    expect(inputs).toHaveProperty("builtAt", first.builtAt);
    expect(warnings).toEqual([expect.stringContaining("is held: dev-1 was built before the running dev-2")]);
    expect(checked(first, built("dev-3", "2024-03-03T00:00:00.000000000Z"))).toHaveProperty("builtAt", {
      [IMAGE]: "2024-03-03T00:00:00.000000000Z",
    });
    expect(checked(first, offering("v1.0.0"))).not.toHaveProperty("builtAt");
  });

  describe("where new tags are only proposed in Git", () => {
    const said = (tag: string) => ({
      ...desiredWith({ [TEXT]: canonicalJson(deployment(tag)) }),
      candidates: { [IMAGE]: { tag, fromGit: true } },
    });

    it("runs what Git says, and remembers that Git said it", () => {
      const first = checked({}, said("v1.2.0"));
      expect([imageOf(first), first.images, first.fromGit]).toEqual([
        `${IMAGE}:v1.2.0`,
        { [IMAGE]: "v1.2.0" },
        [IMAGE],
      ]);
    });

    it("follows Git down too, because a person has changed it there", () => {
      expect(imageOf(checked(checked({}, said("v1.2.0")), said("v1.1.0")))).toBe(`${IMAGE}:v1.1.0`);
    });

    it.each([
      ["promotion", { ...desired, candidates: { [IMAGE]: { tag: "v1.3.0" } } }],
      ["a pin", { ...desired, pins: { [IMAGE]: "v1.3.0" } }],
    ])("does not lower what %s has raised, until Git says at least that", (_, raising) => {
      const before = checked({}, raising);
      const { inputs, warnings } = check(before, said("v1.2.0"));
      expect(imageOf(inputs as CheckedInputs)).toBe(`${IMAGE}:v1.3.0`);
      expect(inputs).not.toHaveProperty("fromGit");
      expect(warnings).toEqual([
        expect.stringContaining("is held: Git says v1.2.0; what was promoted or pinned before"),
      ]);
      const merged = checked(inputs, said("v1.3.0"));
      expect(merged.fromGit).toEqual([IMAGE]);
      expect(imageOf(checked(merged, said("v1.2.0")))).toBe(`${IMAGE}:v1.2.0`);
    });

    it("runs a pin, whatever Git says", () => {
      const pinned = checked({}, { ...said("v1.2.0"), pins: { [IMAGE]: "v1.0.0" } });
      expect([imageOf(pinned), pinned.fromGit]).toEqual([`${IMAGE}:v1.0.0`, undefined]);
    });

    it("never goes down by itself when promotion takes over again", () => {
      expect(imageOf(checked(checked({}, said("v1.2.0")), { ...said("v1.2.0"), ...offering("v1.1.0") }))).toBe(
        `${IMAGE}:v1.2.0`,
      );
    });
  });

  it("marks every object as this environment's and this resource's", () => {
    const { metadata } = JSON.parse(checked({}).manifests[TEXT] ?? "{}") as Manifest;
    expect(metadata.annotations).toMatchObject({
      "pulumi-gitops.dev/tracking-id": "qa/web:apps/Deployment:qa/web",
      "pulumi-gitops.dev/claim": expect.stringContaining("drawn"),
    });
    expect(metadata.labels).toHaveProperty(["pulumi-gitops.dev/environment"]);
  });

  it("draws a claim and a key once and keeps them", () => {
    const first = checked({});
    const second = check(first, desired, () => "another").inputs as CheckedInputs;
    expect(second).toEqual(first);
  });

  it("replaces the values of Secrets by hashes that only the same key gives", () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "web", namespace: "qa" } };
    const news = {
      ...desiredWith({ "Secret qa/web": canonicalJson(secret) }),
      secrets: { values: { "Secret qa/web": { password: "aHVudGVyMg==" } } },
    };
    const text = checked({}, news).manifests["Secret qa/web"] ?? "";
    expect(text).not.toContain("aHVudGVyMg==");
    expect(text).toContain('"password":"hmac:');
    expect(checked({ secrets: { key: "one", values: {} } }, news).manifests).not.toEqual(
      checked({ secrets: { key: "two", values: {} } }, news).manifests,
    );
  });

  it("names a new commit only when it changes a manifest", () => {
    const first = checked({});
    expect(checked(first, { ...desired, revision: "another" }).revision).toBe(first.revision);
    expect(checked(first, { ...offering("v9.0.0"), revision: "another" }).revision).toBe("another");
  });

  it("finishes hooks like other manifests, but for the marks of ownership, and counts a change of one as a change", () => {
    const hooks = { [TEXT]: canonicalJson(deployment("v1.0.0")) };
    const { hooks: finished = {}, revision } = checked({}, { ...offering("v1.3.0"), hooks });
    expect(JSON.parse(finished[TEXT] ?? "{}")).toEqual(deployment("v1.3.0"));
    const first = checked({}, { ...desired, hooks });
    expect(checked(first, { ...desired, hooks, revision: "another" }).revision).toBe(revision);
    expect(checked(first, { ...desired, revision: "another" })).toMatchObject({ revision: "another" });
    expect(checked(first)).not.toHaveProperty("hooks");
  });

  it("answers with the old inputs while an Application is on hold, and keeps the reason", () => {
    const running = checked({});
    expect(check(running, { ...desiredWith({}), hold: "Git is unreachable" }).inputs).toEqual({
      ...running,
      hold: "Git is unreachable",
    });
  });

  it("keeps a skipped Application as it is, and knows of one that was never deployed that there is nothing", () => {
    const skipped = { ...desiredWith({}), hold: "a person wants it", skipped: true };
    const running = checked({});
    expect(check(running, skipped).inputs).toEqual({ ...running, hold: "a person wants it", skipped: true });
    expect(check({}, skipped, () => "drawn").inputs).toMatchObject({
      ...{ manifests: {}, claim: "drawn", secrets: { key: "drawn" }, skipped: true },
    });
  });

  it("lifts the hold as soon as the sources can be read again", () => {
    const held = check(checked({}), { ...desiredWith({}), hold: "Git is unreachable" }).inputs as CheckedInputs;
    expect(checked(held)).not.toHaveProperty("hold");
  });
});

describe("what check says of images", () => {
  const told = (olds: Partial<CheckedInputs>, candidate: ProgramInputs["candidates"][string], pins = {}) => {
    const { notes, warnings } = check(olds, { ...desired, candidates: { [IMAGE]: candidate }, pins }, draws());
    return [...notes.map((note) => `note: ${note}`), ...warnings.map((warning) => `warning: ${warning}`)];
  };
  const running = (tag: string) => checked({}, offering(tag));

  it.each<[string, string, ProgramInputs["candidates"][string], Record<string, string>, readonly string[]]>([
    [
      "a promotion",
      "v1.1.0",
      { tag: "v1.2.0" },
      {},
      [`note: ${IMAGE}: v1.1.0 => v1.2.0: v1.2.0 is higher than v1.1.0`],
    ],
    [
      "a hold",
      "v1.1.0",
      { tag: "v1.0.0" },
      {},
      [`warning: ${IMAGE} is held: v1.0.0 is lower than the running v1.1.0; pin v1.0.0 to go back to it`],
    ],
    [
      "a pin",
      "v1.1.0",
      { tag: "v1.2.0" },
      { [IMAGE]: "v1.0.0" },
      [`note: ${IMAGE} is pinned to v1.0.0 in the stack's configuration`],
    ],
    [
      "a tag that waits behind a promotion",
      "v1.1.0",
      { tag: "v1.2.0", waiting: "v1.3.0 is too young" },
      {},
      [`note: ${IMAGE}: v1.1.0 => v1.2.0: v1.2.0 is higher than v1.1.0`, `note: ${IMAGE}: v1.3.0 is too young`],
    ],
    [
      "a tag that waits alone",
      "v1.1.0",
      { reason: "v1.3.0 is too young", waiting: "v1.3.0 is too young" },
      {},
      [`note: ${IMAGE} stays at v1.1.0: v1.3.0 is too young`],
    ],
    [
      "a bad version that runs and is held",
      "v1.1.0",
      { tag: "v1.0.0", skip: ["v1.1.*"] },
      {},
      [
        `warning: ${IMAGE} is held: v1.0.0 is lower than the running v1.1.0; pin v1.0.0 to go back to it`,
        `warning: ${IMAGE}: v1.1.0 runs although it is skipped by "v1.1.*"; pin another tag to leave it now`,
      ],
    ],
    ["nothing", "v1.1.0", { tag: "v1.1.0" }, {}, []],
  ])("names %s", (_, from, candidate, pins, expected) => {
    expect(told(running(from), candidate, pins)).toEqual(expected);
  });

  it("deploys no Application for the first time with a tag of Git's that nobody has proven", () => {
    const candidate = { reason: "v1.3.0 is not proven", waiting: "v1.3.0 is not proven" };
    const news = { ...desired, candidates: { [IMAGE]: candidate } };
    const { inputs, warnings } = check({}, news, draws());
    expect(inputs.hold).toBe(`${IMAGE}: v1.3.0 is not proven`);
    expect(warnings).toEqual([`${IMAGE}: v1.3.0 is not proven`]);
    expect(check({}, { ...news, pins: { [IMAGE]: "v1.0.0" } }, draws()).inputs.hold).toBeUndefined();
    expect(check(running("v1.0.0"), news, draws()).inputs.hold).toBeUndefined();
  });

  it("puts an image in the place of the one that the manifests name", () => {
    const candidate = { tag: "v2.0.0", replaces: IMAGE };
    const inputs = checked(
      {},
      {
        ...desired,
        candidates: { "registry.example.com/other": candidate },
      },
    );
    expect(imageOf(inputs)).toBe("registry.example.com/other:v2.0.0");
  });
});
