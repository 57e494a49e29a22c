import { beforeAll, describe, expect, it } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

import { isGitOpsError } from "../../components/error.ts";
import { annotated } from "../../components/image/annotated.fixture.ts";
import { givenByAnnotations } from "../../components/image/given-annotations.ts";
import { parsePolicies } from "../../components/image/policy.ts";
import type { RegistrySettings } from "../../components/image/registries-conf.ts";
import { parseRegistriesConf } from "../../components/image/registries-conf.ts";
import type { RegistryOptions } from "../../components/image/registry.ts";
import { createRegistry } from "../../components/image/registry.ts";
import { selectTag } from "../../components/image/select.ts";
import { pushImages } from "../../tools/sandbox/index.mjs";
import { imagesOf } from "../support/images.ts";
import { readSandbox } from "../support/sandbox.ts";

// A real registry with token authentication (CNCF Distribution); each test has a repository of its own.

const HOST = "registry.example.com";
const NOBODY = { DOCKER_CONFIG: "/nonexistent" };

let registries: readonly RegistrySettings[];

beforeAll(async () => {
  const file = process.env["PULUMI_GITOPS_REGISTRIES"]!;
  const { registries: found, failures } = parseRegistriesConf({ file, text: await readFile(file, "utf8") });
  expect(failures).toEqual([]);
  registries = found;
});

async function push(tags: readonly string[]): Promise<string> {
  const image = `${HOST}/registry-test/${randomUUID().slice(0, 8)}`;
  await pushImages(
    process.env["SANDBOX_DIR"]!,
    tags.map((tag) => `${image}:${tag}`),
  );
  return image;
}

/** Notes what is asked, and asks for pages of 50: a page of 1000 takes too long to fill. */
function open(options: Partial<RegistryOptions> = {}) {
  const asked: string[] = [];
  const counting: typeof fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.searchParams.has("n")) url.searchParams.set("n", "50");
    asked.push(url.pathname.endsWith("/tags/list") ? "page" : url.pathname);
    return fetch(url, init);
  };
  return { asked, registry: createRegistry({ registries, fetch: counting, ...options }) };
}

async function failureOf(listing: Promise<unknown>): Promise<string> {
  const error = await listing.catch((reason: unknown) => reason);
  return isGitOpsError(error) ? `${error.code}: ${error.message}` : "it did not fail";
}

describe("listTags of a real registry", () => {
  it("finds every tag of a long list, with one token for all its pages", async () => {
    const tags = Array.from({ length: 120 }, (_, index) => `qa-v1.0.${index}`);
    const image = await push(tags);
    const { registry, asked } = open();
    const found = await registry.listTags(image);
    expect([...found].sort()).toEqual([...tags].sort());
    expect(asked).toEqual(["page", "/token", "page", "page", "page"]);
  });

  it("learns once how to log in, and asks about a repository once", async () => {
    const [first, second] = [await push(["v1.0.0"]), await push(["v2.0.0"])];
    const { registry, asked } = open();
    expect(await registry.listTags(first)).toEqual(["v1.0.0"]);
    expect(await registry.listTags(`${second}:v1`)).toEqual(["v2.0.0"]);
    expect(await registry.listTags(second)).toEqual(["v2.0.0"]);
    expect(asked).toEqual(["page", "/token", "page", "/token", "page"]);
  });

  it("selects from one list what QA and what production may run", async () => {
    const image = await push([
      "v1.2.0",
      "v1.10.0",
      "v1.9.0",
      "v2.0.0-rc.1",
      "qa-v1.0.9",
      "qa-v1.0.10",
      "latest",
      "dev-x",
    ]);
    const tags = await open().registry.listTags(image);
    const annotations = { "argocd-image-updater.argoproj.io/image-list": `api=${image}` };
    const select = (allowTags: string) => {
      const { policies, failures } = parsePolicies(givenByAnnotations(annotated(annotations)), { allowTags });
      expect(failures).toEqual([]);
      return selectTag(tags, policies[0]!).tag;
    };
    expect(select("regexp:^qa-(v1\\.0\\.[0-9]+)$")).toBe("qa-v1.0.10");
    expect(select("regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$")).toBe("v1.10.0");
  });

  it("lists for somebody without credentials what everybody may see", async () => {
    const image = await push(["v1.0.0"]);
    expect(await open({ env: NOBODY }).registry.listTags(image)).toEqual(["v1.0.0"]);
  });

  it("takes the credentials that registries.conf names", async () => {
    const image = await push(["v1.0.0"]);
    const user = `${process.env["SANDBOX_REGISTRY_USERNAME"]!}:${process.env["SANDBOX_REGISTRY_PASSWORD"]!}`;
    const named = registries.map((entry) => ({ ...entry, credentials: "env:LOGIN" }));
    const listing = open({ registries: named, env: { ...NOBODY, LOGIN: user } }).registry.listTags(image);
    expect(await listing).toEqual(["v1.0.0"]);
  });

  it("reports credentials that are refused, without them", async () => {
    const image = await push(["v1.0.0"]);
    const named = registries.map((entry) => ({ ...entry, credentials: "env:LOGIN" }));
    const env = { ...NOBODY, LOGIN: `${process.env["SANDBOX_REGISTRY_USERNAME"]!}:hunter2` };
    const failure = await failureOf(open({ registries: named, env }).registry.listTags(image));
    expect(failure).toMatch(/^Unauthorized: registry\.example\.com\/\S+: the token service localhost:\d+ answers 401$/);
  });

  it("reports a repository that does not exist", async () => {
    const image = `${HOST}/registry-test/${randomUUID()}`;
    const failure = await failureOf(open().registry.listTags(image));
    expect(failure).toMatch(
      /^NotFound: registry\.example\.com\/\S+: 127\.0\.0\.1:\d+ has no such repository \(404 NAME_UNKNOWN\)$/,
    );
  });

  it("takes a repository whose last tag was deleted for unknown", async () => {
    const image = await push(["v1.0.0"]);
    await imagesOf(readSandbox(process.env), "registry-test").remove(image.split("/").at(-1)!, "v1.0.0");
    expect(await failureOf(open().registry.listTags(image))).toMatch(/^NotFound: /);
  });
});
