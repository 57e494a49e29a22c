import { createHash } from "node:crypto";

import { GitOpsError } from "../error.ts";
import type { Build } from "./build.ts";
import type { Known } from "./build-memory.ts";
import type { ImageManifest } from "./image-manifest.ts";
import { isSha256, MANIFEST_TYPES, parseImageConfig, parseImageManifest } from "./image-manifest.ts";
import type { Platform } from "./platform.ts";
import { formatPlatforms, isWanted } from "./platform.ts";
import { apiUrl } from "./registry-endpoint.ts";
import type { HttpAnswer } from "./registry-http.ts";
import type { Question, Session } from "./registry-session.ts";
import { refusal } from "./registry-session.ts";

/** Finds out what a tag stands for. @throws GitOpsError when the registry does not tell */
export type Look = (tag: string) => Promise<Build>;

type Store = "manifests" | "blobs";
/** The text with that digest, asked for once; undefined when the registry does not have it. */
type ReadOnce = (store: Store, digest: string) => Promise<string | undefined>;

const GONE: Build = { refusal: "is not in the registry" };
const INCOMPLETE: Build = { refusal: "is incomplete: the registry lacks a part of it" };
const MANIFESTS: Question = { accept: MANIFEST_TYPES.join(", ") };
const HEAD_IS_NOT_KNOWN: readonly number[] = [405, 501];

/** A tag that was seen before costs a HEAD, which is no pull for registries that count those; a new one would cost a GET too. */
export function createLook(session: Session, platforms: readonly Platform[], known: Known): Look {
  const texts = new Map<string, Promise<string | undefined>>();
  const readOnce: ReadOnce = (store, digest) => {
    const text = texts.get(digest) ?? readContent(session, store, digest);
    texts.set(digest, text);
    return text;
  };
  return async (tag) => {
    const reference = known.digestOf(tag) === undefined ? tag : await currentReference(session, tag);
    if (reference === undefined) return GONE;
    const build = known.buildOf(reference) ?? (await study(session, reference, platforms, readOnce));
    if (build.digest !== undefined) known.note(tag, build.digest, build);
    return build;
  };
}

/** The digest of the tag, or the tag itself when the registry does not say; undefined when the tag is gone. */
async function currentReference(session: Session, tag: string): Promise<string | undefined> {
  const answer = await session.ask(addressOf(session, "manifests", tag), { ...MANIFESTS, method: "HEAD" });
  if (answer.status === 404) return undefined;
  if (HEAD_IS_NOT_KNOWN.includes(answer.status)) return tag;
  if (answer.status !== 200) throw refusal(answer, "read manifests");
  const digest = answer.headers.get("docker-content-digest");
  return isSha256(digest) ? digest : tag;
}

async function study(
  session: Session,
  reference: string,
  platforms: readonly Platform[],
  readOnce: ReadOnce,
): Promise<Build> {
  const answer = await get(session, "manifests", reference);
  if (answer === undefined) return GONE;
  const digest = isSha256(reference) ? reference : sha256(answer.body);
  const manifest = parseImageManifest(answer.text);
  if (manifest === undefined) return { digest, refusal: "is no container image" };
  const texts = await configsOf(manifest, platforms, readOnce);
  if (texts.includes(undefined)) return INCOMPLETE;
  const configs = texts.flatMap((text) => parseImageConfig(text ?? "") ?? []);
  const fitting = configs.filter(({ platform }) => isWanted(platform, platforms));
  if (fitting.length === 0) return { digest, refusal: `has no image for ${formatPlatforms(platforms)}` };
  const created = fitting
    .flatMap((config) => config.created ?? [])
    .toSorted()
    .at(-1);
  return { digest, ...(created === undefined ? {} : { created }) };
}

/** The configurations of the platforms wanted; undefined stands for what the registry lacks, "" for what is no image. */
async function configsOf(
  manifest: ImageManifest,
  platforms: readonly Platform[],
  readOnce: ReadOnce,
): Promise<readonly (string | undefined)[]> {
  if (manifest.kind === "image") return [await readOnce("blobs", manifest.config)];
  const wanted = manifest.images.filter(({ platform }) => platform !== undefined && isWanted(platform, platforms));
  return Promise.all(
    wanted.map(async ({ digest }) => {
      const text = await readOnce("manifests", digest);
      const one = parseImageManifest(text ?? "");
      return text === undefined ? undefined : one?.kind === "image" ? readOnce("blobs", one.config) : "";
    }),
  );
}

async function readContent(session: Session, store: Store, digest: string): Promise<string | undefined> {
  return (await get(session, store, digest))?.text;
}

/** @throws GitOpsError Failed when what comes is not what the digest says */
async function get(session: Session, store: Store, reference: string): Promise<HttpAnswer | undefined> {
  const url = addressOf(session, store, reference);
  const answer = await session.ask(url, store === "manifests" ? MANIFESTS : {});
  if (answer.status === 404 && !isUnknownRepository(answer)) return undefined;
  if (answer.status !== 200) throw refusal(answer, `read ${store}`);
  if (!isSha256(reference) || sha256(answer.body) === reference) return answer;
  throw new GitOpsError(`${answer.url.host} answers with other content than that of ${reference}`, { code: "Failed" });
}

function isUnknownRepository({ text }: HttpAnswer): boolean {
  return /"code"\s*:\s*"NAME_UNKNOWN"/.test(text.slice(0, 4096));
}

function addressOf({ endpoint }: Session, store: Store, reference: string): URL {
  return apiUrl(endpoint, `/v2/${endpoint.repository}/${store}/${reference}`);
}

function sha256(body: Buffer): string {
  return `sha256:${createHash("sha256").update(body).digest("hex")}`;
}
