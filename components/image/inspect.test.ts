import { afterEach, describe, expect, it } from "@jest/globals";
import { createHash } from "node:crypto";

import type { BuildCache } from "./build-memory.ts";
import { MANIFEST_TYPES } from "./image-manifest.ts";
import type { Platform } from "./platform.ts";
import type { Stand } from "./registry.fixture.ts";
import { closeStands, failureOf, json, open, serve, settingsFor } from "./registry.fixture.ts";

// The real registry is met in test/integration/builds.test.ts; here are what it does not do, and what it is asked.

afterEach(closeStands);

const LINUX: Platform = { os: "linux", architecture: "amd64" };
const ARM: Platform = { os: "linux", architecture: "arm64", variant: "v8" };

/** A repository by content, as registries have it, with faults to be put in. */
function repository() {
  const contents = new Map<string, string>();
  const tags = new Map<string, string>();
  const put = (value: unknown): string => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
    contents.set(digest, text);
    return digest;
  };
  const image = (created?: string, platform: Platform = LINUX): string => {
    const digest = put({ ...platform, created });
    return put({ config: { mediaType: "application/vnd.oci.image.config.v1+json", digest }, layers: [] });
  };
  const index = (...images: readonly (readonly [string, Platform])[]): string =>
    put({ manifests: images.map(([digest, platform]) => ({ digest, platform })) });
  const start = (fault: (path: string, method: string) => number | undefined = () => undefined, header = true) =>
    serve((url, request, response) => {
      const [, store, reference = ""] = /^\/v2\/api\/(manifests|blobs)\/(.*)$/.exec(url.pathname) ?? [];
      const digest = tags.get(reference) ?? reference;
      const text = contents.get(digest);
      const status = fault(url.pathname, request.method ?? "");
      const asked = request.headers.accept;
      if (status !== undefined) json(response, { errors: [{ code: "UNKNOWN" }] }, {}, status);
      else if (store === "manifests" && asked !== MANIFEST_TYPES.join(", ")) json(response, {}, {}, 406);
      else if (text === undefined) json(response, { errors: [{ code: "MANIFEST_UNKNOWN" }] }, {}, 404);
      else response.writeHead(200, header ? { "docker-content-digest": digest } : {}).end(text);
    });
  return { contents, tags, put, image, index, start };
}

/** What the requests were about, digests cut short. */
function asked({ requests }: Stand): string[] {
  return requests.map((line) => line.replace(/^(\w+) \/v2\/api\/(\w+)\/(?:sha256:)?(\S{1,8}).*$/, "$1 $2 $3"));
}

function short(digest: string): string {
  return digest.slice("sha256:".length, "sha256:".length + 8);
}

function memoryCache(): BuildCache & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    get: (key) => Promise.resolve(kept.has(key) ? (JSON.parse(kept.get(key)!) as unknown) : undefined),
    put: (key, value) => {
      kept.set(key, JSON.stringify(value));
      return Promise.resolve();
    },
  };
}

async function inspect(stand: Stand, tags: readonly string[], cache?: BuildCache, platforms = [LINUX]) {
  const { registry } = open(cache === undefined ? {} : { cache });
  return Object.fromEntries(await registry.inspect(`${stand.host}/api`, tags, platforms));
}

const DATE = "2024-01-31T10:00:00Z";
const READ = "2024-01-31T10:00:00.000000000Z";

describe("inspect", () => {
  it("reads manifest and configuration of a new tag, and only asks for the digest of a known one", async () => {
    const { tags, image, start } = repository();
    tags.set("v1", image(DATE));
    const stand = await start();
    const cache = memoryCache();
    const expected = { v1: { digest: tags.get("v1"), created: READ } };
    expect(await inspect(stand, ["v1"], cache)).toEqual(expected);
    expect(asked(stand)).toEqual(["GET manifests v1", expect.stringMatching(/^GET blobs /)]);
    stand.requests.length = 0;
    expect(await inspect(stand, ["v1"], cache)).toEqual(expected);
    expect(asked(stand)).toEqual(["HEAD manifests v1"]);
  });

  it("reads again what a tag stands for when it was moved", async () => {
    const { tags, image, start } = repository();
    const stand = await start();
    const cache = memoryCache();
    tags.set("v1", image(DATE));
    await inspect(stand, ["v1"], cache);
    tags.set("v1", image("2025-01-31T10:00:00Z"));
    stand.requests.length = 0;
    expect(await inspect(stand, ["v1"], cache)).toMatchObject({ v1: { created: "2025-01-31T10:00:00.000000000Z" } });
    expect(asked(stand)).toEqual([
      "HEAD manifests v1",
      `GET manifests ${short(tags.get("v1")!)}`,
      expect.stringMatching(/^GET blobs /),
    ]);
  });

  it("asks about a tag once, and for a configuration that many tags share once", async () => {
    const { tags, image, put, contents, start } = repository();
    const { config } = JSON.parse(contents.get(image(DATE))!) as { config: unknown };
    const names = Array.from({ length: 40 }, (_, number) => `build-${number}`);
    for (const name of names) tags.set(name, put({ config, layers: [], annotations: { name } }));
    const stand = await start();
    const { registry } = open();
    const [first] = await Promise.all([
      registry.inspect(`${stand.host}/api`, names, [LINUX]),
      registry.inspect(`${stand.host}/api:v1`, names, [LINUX]),
    ]);
    await registry.inspect(`${stand.host}/api`, names.slice(3), [LINUX]);
    expect([...first.values()].every(({ created }) => created === READ)).toBe(true);
    expect(asked(stand).filter((line) => line.startsWith("GET manifests"))).toHaveLength(40);
    expect(asked(stand).filter((line) => line.startsWith("GET blobs")).length).toBeLessThanOrEqual(2);
  });

  it("goes through an index to the platforms wanted, and takes the latest date among them", async () => {
    const { tags, image, index, start } = repository();
    const arm = image("2025-06-01T00:00:00Z", ARM);
    const windows = image("2030-01-01T00:00:00Z", { os: "windows", architecture: "amd64" });
    tags.set("v1", index([image(DATE), LINUX], [arm, ARM], [windows, { os: "windows", architecture: "amd64" }]));
    const stand = await start();
    const digest = tags.get("v1");
    expect(await inspect(stand, ["v1"])).toEqual({ v1: { digest, created: READ } });
    expect(stand.requests).toHaveLength(3);
    expect(await inspect(stand, ["v1"], undefined, [LINUX, { os: "linux", architecture: "arm64" }])).toEqual({
      v1: { digest, created: "2025-06-01T00:00:00.000000000Z" },
    });
  });

  it("keeps apart what was learnt for different platforms", async () => {
    const { tags, image, start } = repository();
    tags.set("v1", image(DATE, ARM));
    const stand = await start();
    const cache = memoryCache();
    const refusal = "has no image for linux/amd64";
    expect(await inspect(stand, ["v1"], cache)).toMatchObject({ v1: { refusal } });
    expect(await inspect(stand, ["v1"], cache, [ARM])).toMatchObject({ v1: { created: READ } });
    expect(await inspect(stand, ["v1"], cache)).toMatchObject({ v1: { refusal } });
  });

  it("says of each tag what is wrong with it, without failing for the others", async () => {
    const { tags, image, index, put, contents, start } = repository();
    tags.set("fine", image(DATE));
    tags.set("undated", image());
    tags.set("reproducible", image("1970-01-01T00:00:00Z"));
    tags.set("arm", index([image(DATE, ARM), ARM]));
    tags.set("liar", index([image(DATE, ARM), LINUX]));
    tags.set("nested", index([index([image(DATE), LINUX]), LINUX]));
    tags.set("chart", put({ config: { mediaType: "application/vnd.cncf.helm.config.v1+json" } }));
    tags.set("page", put("<html>"));
    tags.set("half", image("2024-05-05T05:05:05Z"));
    contents.delete((JSON.parse(contents.get(tags.get("half")!)!) as { config: { digest: string } }).config.digest);
    tags.set("quarter", index([`sha256:${"0".repeat(64)}`, LINUX]));
    const stand = await start();
    const cache = memoryCache();
    const found = await inspect(stand, [...tags.keys(), "gone"], cache);
    expect(Object.entries(found).map(([tag, { created, refusal }]) => [tag, refusal ?? created])).toEqual([
      ["fine", READ],
      ["undated", undefined],
      ["reproducible", undefined],
      ["arm", "has no image for linux/amd64"],
      ["liar", "has no image for linux/amd64"],
      ["nested", "has no image for linux/amd64"],
      ["chart", "is no container image"],
      ["page", "is no container image"],
      ["half", "is incomplete: the registry lacks a part of it"],
      ["quarter", "is incomplete: the registry lacks a part of it"],
      ["gone", "is not in the registry"],
    ]);
    expect(found["arm"]).toHaveProperty("digest", tags.get("arm"));
    stand.requests.length = 0;
    expect(await inspect(stand, [...tags.keys(), "gone"], cache)).toEqual(found);
    const again = asked(stand).filter((line) => line.startsWith("GET manifests") && !line.includes("0000"));
    expect(again.sort()).toEqual(["GET manifests gone", "GET manifests half", "GET manifests quarter"]);
  });

  it("sees that a known tag is gone", async () => {
    const { tags, image, start } = repository();
    tags.set("v1", image(DATE));
    const stand = await start();
    const cache = memoryCache();
    await inspect(stand, ["v1"], cache);
    tags.delete("v1");
    expect(await inspect(stand, ["v1"], cache)).toEqual({ v1: { refusal: "is not in the registry" } });
  });

  it.each([
    ["tells no digest", undefined, false],
    ["knows no HEAD", 405, true],
  ])("reads the manifest of a known tag at a registry that %s", async (_, status, header) => {
    const { tags, image, start } = repository();
    tags.set("v1", image(DATE));
    const stand = await start((_path, method) => (method === "HEAD" ? status : undefined), header);
    const cache = memoryCache();
    await inspect(stand, ["v1"], cache);
    stand.requests.length = 0;
    expect(await inspect(stand, ["v1"], cache)).toMatchObject({ v1: { created: READ } });
    expect(asked(stand).slice(0, 2)).toEqual(["HEAD manifests v1", "GET manifests v1"]);
  });

  it.each(["", "null", '{"tags":1}', '{"tags":[["v1","x"]],"builds":[["x",{}]]}', "[1]"])(
    "takes the cached %j for nothing",
    async (text) => {
      const { tags, image, start } = repository();
      tags.set("v1", image(DATE));
      const stand = await start();
      const cache: BuildCache = {
        get: () => Promise.resolve(text === "" ? undefined : JSON.parse(text)),
        put: () => Promise.resolve(),
      };
      expect(await inspect(stand, ["v1"], cache)).toMatchObject({ v1: { created: READ } });
    },
  );

  it("remembers what it has learnt before a failure, and repeats only the rest", async () => {
    const { tags, image, start } = repository();
    for (const tag of ["a", "b"]) tags.set(tag, image(tag === "a" ? DATE : "2024-02-01T00:00:00Z"));
    let broken = true;
    const stand = await start((path) => (broken && path.endsWith("/b") ? 403 : undefined));
    const cache = memoryCache();
    const failing = failureOf(inspect(stand, ["a", "b"], cache));
    expect(await failing).toBe(
      `Forbidden: ${stand.host}/api: ${stand.host} does not let us read manifests, or has no such repository (403 UNKNOWN)`,
    );
    broken = false;
    expect(await inspect(stand, ["a", "b"], cache)).toMatchObject({ a: { created: READ } });
  });

  it("fails when a part is other content than its digest says", async () => {
    const { tags, image, contents, start } = repository();
    tags.set("v1", image(DATE));
    const { config } = JSON.parse(contents.get(tags.get("v1")!)!) as { config: { digest: string } };
    contents.set(config.digest, JSON.stringify({ ...LINUX, created: "2099-01-01T00:00:00Z" }));
    const stand = await start();
    const failure = await failureOf(inspect(stand, ["v1"]));
    expect(failure).toBe(
      `Failed: ${stand.host}/api: ${stand.host} answers with other content than that of ${config.digest}`,
    );
  });

  it("fails for a repository that is not there, rather than to take every tag for gone", async () => {
    const stand = await serve((_url, _request, response) =>
      json(response, { errors: [{ code: "NAME_UNKNOWN" }] }, {}, 404),
    );
    expect(await failureOf(inspect(stand, ["v1"]))).toBe(
      `NotFound: ${stand.host}/api: ${stand.host} has no such repository (404 NAME_UNKNOWN)`,
    );
  });

  it("refuses to ask about thousands of tags, before it asks anybody", async () => {
    const stand = await repository().start();
    const tags = Array.from({ length: 5001 }, (_, number) => `v${number}`);
    expect(await failureOf(inspect(stand, tags))).toContain("5001 tags are allowed, and each has to be asked about");
    expect(stand.requests).toEqual([]);
  });

  it("fails when what was learnt cannot be kept", async () => {
    const { tags, image, start } = repository();
    tags.set("v1", image(DATE));
    const stand = await start();
    const cache: BuildCache = {
      get: () => Promise.resolve(undefined),
      put: () => Promise.reject(new Error("ENOSPC: no space left on device")),
    };
    expect(await failureOf(inspect(stand, ["v1"], cache))).toBe(
      `Failed: ${stand.host}/api: the cache cannot be written: ENOSPC: no space left on device`,
    );
  });

  it("sends no credentials to where a registry keeps its blobs", async () => {
    const { tags, image, contents, start } = repository();
    tags.set("v1", image(DATE));
    const storage = await serve((url, _request, response) => response.end(contents.get(url.pathname.slice(1))));
    const behind = await start();
    const stand = await serve((url, request, response) => {
      const blob = /\/blobs\/(.*)$/.exec(url.pathname)?.[1];
      if (request.headers.authorization === undefined) json(response, {}, { "www-authenticate": "Basic" }, 401);
      else if (blob !== undefined) response.writeHead(307, { location: `${storage.origin}/${blob}` }).end();
      else response.writeHead(307, { location: `${behind.origin}${url.pathname}` }).end();
    });
    const { registry } = open({ registries: [settingsFor(stand)] });
    const builds = await registry.inspect(`${stand.host}/api`, ["v1"], [LINUX]);
    expect(builds.get("v1")).toMatchObject({ created: READ });
    expect([...storage.requests, ...behind.requests].every((line) => line.endsWith(" -"))).toBe(true);
  });
});
