import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { REGISTRY_USERNAME } from "./credentials.mjs";
import { request } from "./http.mjs";
import { REGISTRY_PREFIX, TOKEN_SERVICE, registry, tokenServer } from "./registry.mjs";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const AT_ONCE = 8;

/** `my-org/api:v1.2.0`, with or without the registry's name before it, as `{repository, tag}`. */
export function parseReference(reference, host) {
  const prefix = [REGISTRY_PREFIX, host].find((name) => reference.startsWith(`${name}/`));
  const rest = prefix === undefined ? reference : reference.slice(prefix.length + 1);
  const found = /^([a-z0-9]+(?:[._/-]+[a-z0-9]+)*):([A-Za-z0-9_][A-Za-z0-9._-]{0,127})$/.exec(rest);
  if (found === null)
    throw new Error(
      `${JSON.stringify(reference)} is no image to push: expected [${REGISTRY_PREFIX}/]NAME:TAG, for example my-org/api-service:v1.2.0`,
    );
  return { repository: found[1], tag: found[2] };
}

/** Pushes a tiny image for each reference, many at once: `{reference, repository, tag, digest}` in the same order. The same reference gives the same digest. */
export async function pushImages(record, references) {
  const host = `127.0.0.1:${record.ports.registry}`;
  const images = references.map((reference) => ({ reference, ...parseReference(reference, host) }));
  const repositories = new Map(
    [...new Set(images.map(({ repository }) => repository))].map((name) => [name, prepare(record, name)]),
  );
  await Promise.all(repositories.values());
  const pushed = [];
  const waiting = images.entries();
  const work = async () => {
    for (const [index, image] of waiting)
      pushed[index] = await pushTag(await repositories.get(image.repository), image);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return pushed;
}

/** What all images of a repository share: a token and the blobs. Only the manifest differs from tag to tag, so a tag costs one request. */
async function prepare(record, repository) {
  const url = `${registry.address(record)}/v2/${repository}`;
  const headers = { authorization: `Bearer ${await fetchToken(record, repository)}` };
  const layer = gzipSync(Buffer.alloc(1024));
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: { Entrypoint: ["/sandbox"] },
      rootfs: { type: "layers", diff_ids: [digestOf(Buffer.alloc(1024))] },
    }),
  );
  await Promise.all([config, layer].map((blob) => pushBlob(url, headers, blob)));
  return { url, headers, config, layer };
}

async function fetchToken(record, repository) {
  const basic = Buffer.from(`${REGISTRY_USERNAME}:${record.credentials.registryPassword}`).toString("base64");
  const query = new URLSearchParams({ service: TOKEN_SERVICE, scope: `repository:${repository}:pull,push` });
  const url = `${tokenServer.address(record)}/token?${query}`;
  const answer = await expectStatus(200, url, { headers: { authorization: `Basic ${basic}` } });
  return JSON.parse(answer.body).token;
}

async function pushBlob(url, headers, blob) {
  const digest = digestOf(blob);
  const known = await request(`${url}/blobs/${digest}`, { method: "HEAD", headers });
  if (known.status === 200) return;
  const upload = await expectStatus(202, `${url}/blobs/uploads/`, { method: "POST", headers });
  const location = new URL(upload.headers.location, url);
  location.searchParams.set("digest", digest);
  const type = { "content-type": "application/octet-stream" };
  await expectStatus(201, location.href, { method: "PUT", headers: { ...headers, ...type }, body: blob });
}

async function pushTag({ url, headers, config, layer }, image) {
  const descriptor = (mediaType, blob) => ({ mediaType, digest: digestOf(blob), size: blob.length });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: descriptor("application/vnd.oci.image.config.v1+json", config),
      layers: [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer)],
      annotations: { "org.opencontainers.image.version": image.tag },
    }),
  );
  const put = { method: "PUT", headers: { ...headers, "content-type": MANIFEST }, body: manifest };
  await expectStatus(201, `${url}/manifests/${image.tag}`, put);
  return { ...image, digest: digestOf(manifest) };
}

async function expectStatus(status, url, options) {
  const answer = await request(url, options);
  if (answer.status === status) return answer;
  throw new Error(
    `${options.method ?? "GET"} ${url}: expected status ${status}, found ${answer.status} ${answer.body}`,
  );
}

function digestOf(bytes) {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
