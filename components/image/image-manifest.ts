import { parseBuildDate } from "./build-date.ts";
import type { Platform } from "./platform.ts";

/** A manifest of one platform, or an index that leads to one for each. */
export type ImageManifest =
  | { readonly kind: "image"; readonly config: string }
  | { readonly kind: "index"; readonly images: readonly IndexedImage[] };

export interface IndexedImage {
  readonly digest: string;
  readonly platform?: Platform;
}

export interface ImageConfig {
  readonly platform: Platform;
  readonly created?: string;
}

type Json = Readonly<Record<string, unknown>>;

/** What may be asked for; without them a registry converts or refuses. */
export const MANIFEST_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

// The last one is what the first versions of Docker's second schema wrote.
const CONFIG_TYPES: readonly unknown[] = [
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
  "application/octet-stream",
];
/** Each that is wanted costs two requests. */
const MOST_IMAGES = 1_000;
const DIGEST = /^sha256:[a-f0-9]{64}$/;
const CREATED_LABEL = "org.opencontainers.image.created";

/** Whether content can be compared with the digest; part of an address only if so. */
export function isSha256(text: unknown): text is string {
  return typeof text === "string" && DIGEST.test(text);
}

/**
 * Reads a manifest or index of OCI or Docker by its form. Undefined when it is none of a container image: a chart, a signature,
 * Docker's first schema, or a document that is both (CVE-2021-41190).
 */
export function parseImageManifest(text: string): ImageManifest | undefined {
  const document = parseObject(text);
  const isIndex = Array.isArray(document?.["manifests"]);
  const isImage = document?.["config"] !== undefined || document?.["layers"] !== undefined;
  if (document === undefined || isIndex === isImage) return undefined;
  if (isIndex && (document["manifests"] as unknown[]).length > MOST_IMAGES) return undefined;
  if (isIndex) return { kind: "index", images: (document["manifests"] as unknown[]).flatMap(readEntry) };
  const { mediaType, digest } = asObject(document["config"]) ?? {};
  return CONFIG_TYPES.includes(mediaType) && isSha256(digest) ? { kind: "image", config: digest } : undefined;
}

/** The configuration of an image of one platform; undefined when it is none. */
export function parseImageConfig(text: string): ImageConfig | undefined {
  const config = parseObject(text);
  const platform = readPlatform(config);
  if (config === undefined || platform === undefined) return undefined;
  const label = asObject(asObject(config["config"])?.["Labels"])?.[CREATED_LABEL];
  const created = [config["created"], label].map(readDate).find((date) => date !== undefined);
  return { platform, ...(created === undefined ? {} : { created }) };
}

function readEntry(value: unknown): readonly IndexedImage[] {
  const entry = asObject(value);
  const digest = entry?.["digest"];
  if (!isSha256(digest)) return [];
  const platform = readPlatform(asObject(entry?.["platform"]));
  return [{ digest, ...(platform === undefined ? {} : { platform }) }];
}

function readPlatform(value: Json | undefined): Platform | undefined {
  const { os, architecture, variant } = value ?? {};
  if (typeof os !== "string" || typeof architecture !== "string") return undefined;
  return { os, architecture, ...(typeof variant === "string" && variant !== "" ? { variant } : {}) };
}

function readDate(value: unknown): string | undefined {
  return typeof value === "string" ? parseBuildDate(value) : undefined;
}

function parseObject(text: string): Json | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
