import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

import { parseChallenges } from "../../components/image/challenge.ts";
import type { Sandbox } from "./sandbox.ts";

/** What an image says of itself. */
export interface Build {
  /** Text of the date, as the build tool wrote it. */
  readonly created?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** @default linux/amd64 */
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const OCI = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};
const DOCKER = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  index: "application/vnd.docker.distribution.manifest.list.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
};
const LINUX = { os: "linux", architecture: "amd64" };
const LAYER = gzipSync(Buffer.alloc(1024));

/** Pushes images into one repository of the sandbox's registry, as build tools do. */
export interface Builder {
  /** One image, or several behind an index. @returns its digest */
  push(tag: string, builds: Build | readonly Build[], format?: "oci" | "docker"): Promise<string>;
}

export function createBuilder(sandbox: Sandbox, repository: string): Builder {
  return {
    async push(tag, builds, format = "oci") {
      const types = format === "oci" ? OCI : DOCKER;
      const push = await openRepository(sandbox, repository);
      if (!isList(builds)) return (await push.image(types, tag, builds)).digest;
      const manifests = await Promise.all(
        builds.map(async (build) => ({
          ...(await push.image(types, undefined, build)),
          platform: build.platform ?? LINUX,
        })),
      );
      return (await push.manifest(types.index, tag, { manifests })).digest;
    },
  };
}

/** For as long as a token is good. */
async function openRepository(sandbox: Sandbox, repository: string) {
  const origin = `http://${sandbox.registry}`;
  const headers = { authorization: `Bearer ${await fetchToken(sandbox, repository)}` };
  const base = `${origin}/v2/${repository}`;

  async function blob(mediaType: string, body: Buffer): Promise<Descriptor> {
    const digest = digestOf(body);
    const upload = await send(202, `${base}/blobs/uploads/`, { method: "POST", headers });
    const location = new URL(upload.headers.get("location")!, origin);
    location.searchParams.set("digest", digest);
    await send(201, location.href, { method: "PUT", headers, body: new Uint8Array(body) });
    return { mediaType, digest, size: body.length };
  }

  async function manifest(mediaType: string, reference: string | undefined, content: object): Promise<Descriptor> {
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
    const digest = digestOf(body);
    await send(201, `${base}/manifests/${reference ?? digest}`, {
      method: "PUT",
      headers: { ...headers, "content-type": mediaType },
      body: new Uint8Array(body),
    });
    return { mediaType, digest, size: body.length };
  }

  async function image(types: typeof OCI, tag: string | undefined, build: Build): Promise<Descriptor> {
    const { created, labels, platform = LINUX } = build;
    const config = Buffer.from(JSON.stringify({ ...platform, created, config: { Labels: labels } }));
    const layers = [await blob(types.layer, LAYER)];
    return manifest(types.manifest, tag, { config: await blob(types.config, config), layers });
  }

  return { image, manifest };
}

async function fetchToken(sandbox: Sandbox, repository: string): Promise<string> {
  const { headers } = await fetch(`http://${sandbox.registry}/v2/`);
  const [challenge] = parseChallenges(headers.get("www-authenticate") ?? "");
  const url = new URL(challenge!.parameters.get("realm")!);
  url.searchParams.set("service", challenge!.parameters.get("service")!);
  url.searchParams.set("scope", `repository:${repository}:pull,push`);
  const login = `${sandbox.env["SANDBOX_REGISTRY_USERNAME"]!}:${sandbox.env["SANDBOX_REGISTRY_PASSWORD"]!}`;
  const authorization = `Basic ${Buffer.from(login).toString("base64")}`;
  return ((await (await send(200, url.href, { headers: { authorization } })).json()) as { token: string }).token;
}

async function send(status: number, url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  if (answer.status === status) return answer;
  throw new Error(`${init.method ?? "GET"} ${url}: expected ${status}, found ${answer.status} ${await answer.text()}`);
}

function isList(builds: Build | readonly Build[]): builds is readonly Build[] {
  return Array.isArray(builds);
}

function digestOf(body: Buffer): string {
  return `sha256:${createHash("sha256").update(body).digest("hex")}`;
}
