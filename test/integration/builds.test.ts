import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ImageOverlay } from "../../components/application/overlay.ts";
import { choose } from "../../components/image/choose.ts";
import { annotated } from "../../components/image/annotated.fixture.ts";
import { givenByAnnotations } from "../../components/image/given-annotations.ts";
import { parsePolicies } from "../../components/image/policy.ts";
import type { RegistrySettings } from "../../components/image/registries-conf.ts";
import { parseRegistriesConf } from "../../components/image/registries-conf.ts";
import { createRegistry } from "../../components/image/registry.ts";
import { createCache } from "../../components/render/cache.ts";
import { pushImages } from "../../tools/sandbox/index.mjs";
import type { Build, Builder } from "../support/builds.ts";
import { createBuilder } from "../support/builds.ts";
import { runOrFail } from "../support/command.ts";
import { imagesOf } from "../support/images.ts";
import { readSandbox } from "../support/sandbox.ts";

// A real registry with token authentication (CNCF Distribution); each test has a repository of its own.

const PREFIX = "argocd-image-updater.argoproj.io/";
const ORGANISATION = "builds-test";

let registries: readonly RegistrySettings[];
let cacheFolder: string;

beforeAll(async () => {
  const file = process.env["PULUMI_GITOPS_REGISTRIES"]!;
  registries = parseRegistriesConf({ file, text: await readFile(file, "utf8") }).registries;
  cacheFolder = await mkdtemp(join(tmpdir(), "builds-"));
});
afterAll(() => rm(cacheFolder, { recursive: true }));

interface Repository {
  readonly name: string;
  readonly builder: Builder;
  /** What an Application with these annotations would run, as a new process finds out, and what that asked of the registry. */
  select(strategy: string, more?: Rules): Promise<Selected>;
}

interface Rules {
  readonly constraint?: string;
  readonly allowTags?: string;
  readonly platforms?: string;
  readonly images?: ImageOverlay;
}

interface Selected {
  readonly tag: string | undefined;
  readonly reasons: Readonly<Record<string, string>>;
  readonly asked: readonly string[];
}

function repository(): Repository {
  const name = randomUUID().slice(0, 8);
  const image = `registry.example.com/${ORGANISATION}/${name}`;
  return {
    name,
    builder: createBuilder(readSandbox(process.env), `${ORGANISATION}/${name}`),
    async select(strategy, { constraint, allowTags, platforms, images } = {}) {
      const annotations = {
        [`${PREFIX}image-list`]: `api=${image}${constraint === undefined ? "" : `:${constraint}`}`,
        [`${PREFIX}api.update-strategy`]: strategy,
        ...(allowTags === undefined ? {} : { [`${PREFIX}api.allow-tags`]: allowTags }),
        ...(platforms === undefined ? {} : { [`${PREFIX}api.platforms`]: platforms }),
      };
      const { policies, failures } = parsePolicies(givenByAnnotations(annotated(annotations)), images);
      expect(failures).toEqual([]);
      const { asked, registry } = open();
      const { tag, verdicts } = await choose(policies[0]!, { registry, now: Date.now() });
      return { tag, reasons: Object.fromEntries(verdicts.map((one) => [one.tag, one.reason])), asked };
    },
  };
}

function open() {
  const asked: string[] = [];
  const noting: typeof fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.searchParams.has("n")) url.searchParams.set("n", "50");
    const [, what = "token"] = /\/(tags|manifests|blobs)\//.exec(url.pathname) ?? [];
    asked.push(`${init?.method ?? "GET"} ${what}`);
    return fetch(url, init);
  };
  return { asked, registry: createRegistry({ registries, fetch: noting, cache: createCache(cacheFolder) }) };
}

function counted(asked: readonly string[]): Readonly<Record<string, number>> {
  const counts = Object.groupBy(asked, (line) => line);
  return Object.fromEntries(Object.entries(counts).map(([line, all]) => [line, all!.length]));
}

const on = (day: number): Build => ({ created: `2024-01-${String(day).padStart(2, "0")}T10:00:00.5Z` });
const ARM = { os: "linux", architecture: "arm64", variant: "v8" };

describe("the strategy newest-build at a real registry", () => {
  it("takes the build made last, whatever it is called", async () => {
    const { builder, select } = repository();
    await builder.push("dev-aaa", on(3));
    await builder.push("dev-zzz", on(1));
    await builder.push("dev-mmm", on(2), "docker");
    await builder.push("v9.0.0", on(9));
    const { tag, reasons } = await select("newest-build", { allowTags: "regexp:^dev-", constraint: "1.x" });
    expect(tag).toBe("dev-aaa");
    expect(reasons).toEqual({
      "dev-aaa": "is the newest of 3 allowed, built 2024-01-03T10:00:00.5Z",
      "dev-mmm": "was built before dev-aaa",
      "dev-zzz": "was built before dev-aaa",
      "v9.0.0": "is not allowed by regexp:^dev-",
    });
  });

  it("asks in a new process only for the digest of each allowed tag, and for what is new", async () => {
    const { builder, select } = repository();
    const days = Array.from({ length: 20 }, (_, index) => index + 1);
    await Promise.all(days.map((day) => builder.push(`dev-${day}`, on(day))));
    await builder.push("other", on(30));
    const allowTags = "regexp:^dev-";
    const first = await select("newest-build", { allowTags });
    expect(first.tag).toBe("dev-20");
    expect(counted(first.asked)).toEqual({ "GET tags": 2, "GET token": 1, "GET manifests": 20, "GET blobs": 20 });
    const second = await select("newest-build", { allowTags });
    expect(second.tag).toBe("dev-20");
    expect(counted(second.asked)).toEqual({ "GET tags": 2, "GET token": 1, "HEAD manifests": 20 });
    await builder.push("dev-3", on(25));
    const third = await select("newest-build", { allowTags });
    expect(third.tag).toBe("dev-3");
    expect(counted(third.asked)).toMatchObject({ "HEAD manifests": 20, "GET manifests": 1, "GET blobs": 1 });
  });

  it("does without what was kept when somebody deletes it", async () => {
    const { builder, select } = repository();
    await builder.push("dev-1", on(1));
    await select("newest-build");
    for (const file of await readdir(cacheFolder)) await rm(join(cacheFolder, file));
    expect((await select("newest-build")).tag).toBe("dev-1");
  });

  it("goes through an index to the platforms that are wanted", async () => {
    const { builder, select } = repository();
    await builder.push("both", [on(1), { ...on(9), platform: ARM }]);
    await builder.push("amd", on(5));
    await builder.push("docker-list", [on(2), { ...on(3), platform: ARM }], "docker");
    await builder.push("arm-only", [{ ...on(20), platform: ARM }]);
    const amd = await select("newest-build");
    expect([amd.tag, amd.reasons["arm-only"]]).toEqual(["amd", "has no image for linux/amd64"]);
    const arm = await select("newest-build", { platforms: "linux/arm64" });
    expect([arm.tag, arm.reasons["amd"]]).toEqual(["arm-only", "has no image for linux/arm64"]);
    const either = await select("newest-build", {
      platforms: "linux/amd64,linux/arm64",
      allowTags: "regexp:^(both|amd)$",
    });
    expect(either.tag).toBe("both");
  });

  it("reads the label where the configuration has no date that means anything", async () => {
    const { builder, select } = repository();
    await builder.push("reproducible", {
      created: "1970-01-01T00:00:00Z",
      labels: { "org.opencontainers.image.created": "2024-03-01T00:00:00+01:00" },
    });
    await builder.push("undated", {});
    await builder.push("dated", on(1));
    const { tag, reasons } = await select("newest-build");
    expect(tag).toBe("reproducible");
    expect(reasons["undated"]).toMatch(/^does not say when it was built/);
  });

  it("dates images that another tool pushed", async () => {
    const { name, builder, select } = repository();
    await builder.push("dev-1", on(1));
    const { registry, env } = readSandbox(process.env);
    const image = `${registry}/${ORGANISATION}/${name}`;
    const label = "org.opencontainers.image.created=2025-01-31T10:00:00Z";
    await pushImages(process.env["SANDBOX_DIR"]!, [`${ORGANISATION}/${name}:base`]);
    await runOrFail("crane", ["mutate", `${image}:base`, "--label", label, "--tag", `${image}:dev-2`], { env });
    const { tag, reasons } = await select("latest");
    expect(tag).toBe("dev-2");
    expect(reasons["dev-2"]).toBe("is the newest of 2 allowed, built 2025-01-31T10:00:00Z");
  });
});

describe("the strategy digest at a real registry", () => {
  it("gives what the tag stands for, follows it when it is moved, and asks for no list", async () => {
    const { builder, select } = repository();
    const first = await builder.push("latest", on(1));
    await builder.push("v9.0.0", on(9));
    const before = await select("digest", { constraint: "latest" });
    expect(before.tag).toBe(`latest@${first}`);
    expect(counted(before.asked)).toEqual({ "GET token": 1, "GET manifests": 2, "GET blobs": 1 });
    const unmoved = await select("digest", { constraint: "latest" });
    expect(unmoved.tag).toBe(`latest@${first}`);
    expect(counted(unmoved.asked)).toEqual({ "GET token": 1, "HEAD manifests": 2 });
    const second = await builder.push("latest", [on(2), { ...on(2), platform: ARM }]);
    expect((await select("digest", { constraint: "latest" })).tag).toBe(`latest@${second}`);
  });

  it("gives nothing for a tag that is not there or has no image for the platform", async () => {
    const { name, builder, select } = repository();
    await builder.push("arm", [{ ...on(1), platform: ARM }]);
    await builder.push("gone", on(1));
    await select("digest", { constraint: "gone" });
    await imagesOf(readSandbox(process.env), ORGANISATION).remove(name, "gone");
    for (const [constraint, reason] of [
      ["gone", "is not in the registry"],
      ["never", "is not in the registry"],
      ["arm", "has no image for linux/amd64"],
    ] as const) {
      expect(await select("digest", { constraint })).toMatchObject({
        tag: undefined,
        reasons: { [constraint]: reason },
      });
    }
  });
});

describe("the strategy alphabetical at a real registry", () => {
  it("takes the last tag in byte order, with the list alone", async () => {
    const { builder, select } = repository();
    for (const tag of ["2024-01-31", "2024-02-01", "2023-12-31"]) await builder.push(tag, {});
    const { tag, asked } = await select("name");
    expect(tag).toBe("2024-02-01");
    expect(counted(asked)).toEqual({ "GET tags": 2, "GET token": 1 });
  });
});

describe("rules that look at the tag selected by its name, at a real registry", () => {
  it("takes the highest version that is old enough, and looks at no lower one", async () => {
    const { builder, select } = repository();
    for (const [tag, build] of [
      ["v1.0.0", on(1)],
      ["v1.1.0", on(2)],
      ["v1.2.0", { created: new Date().toISOString() }],
    ] as const)
      await builder.push(tag, build);
    const { tag, reasons, asked } = await select("semver", { images: { minimumAgeMs: 3_600_000 } });
    expect(tag).toBe("v1.1.0");
    expect(reasons["v1.2.0"]).toMatch(/^is too young: built /);
    expect(counted(asked)).toMatchObject({ "GET tags": 2, "GET manifests": 2, "GET blobs": 2 });
  });

  it("pins the digest of an image of one platform and of an index of several", async () => {
    const { builder, select } = repository();
    const one = await builder.push("v1.0.0", on(1));
    expect((await select("semver", { images: { pinDigest: true } })).tag).toBe(`v1.0.0@${one}`);
    const several = await builder.push("v1.1.0", [on(1), { ...on(2), platform: ARM }]);
    expect((await select("semver", { images: { pinDigest: true } })).tag).toBe(`v1.1.0@${several}`);
  });
});
