import { createHash } from "node:crypto";

import { causeOf, GitOpsError } from "../error.ts";
import type { Build } from "./build.ts";
import { isSha256 } from "./image-manifest.ts";
import type { Platform } from "./platform.ts";

/** Keeps JSON values from run to run; it may forget any of them at any time. */
export interface BuildCache {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
}

/** What is known of one repository. */
export interface Known {
  /** The digest that a tag had when it was last looked at: whether it still has is to be asked. */
  digestOf(tag: string): string | undefined;
  buildOf(digest: string): Build | undefined;
  note(tag: string, digest: string, build: Build): void;
}

export interface BuildMemory {
  read(): Promise<Known>;
  /** Writes down what was noted since it was read. @throws GitOpsError Failed */
  write(): Promise<void>;
}

interface Noted {
  readonly tags: Map<string, string>;
  readonly builds: Map<string, Build>;
  changed: boolean;
}

/** Grows when the meaning of what is kept changes. */
const FORM = 1;
const MOST_TAGS = 10_000;

/** One entry for a repository and the platforms asked for: one file to read and one to write, however many tags there are. */
export function recall(cache: BuildCache | undefined, image: string, platforms: readonly Platform[]): BuildMemory {
  const key = createHash("sha256")
    .update(JSON.stringify([FORM, image, platforms]))
    .digest("hex");
  let reading: Promise<Noted> | undefined;
  const read = () => (reading ??= (async () => decode(await cache?.get(key)))());
  return {
    read: async () => knownFrom(await read()),
    write: async () => {
      const noted = await read();
      if (!noted.changed) return;
      noted.changed = false;
      await cache?.put(key, encode(noted)).catch((error: unknown) => {
        throw new GitOpsError(`the cache cannot be written: ${causeOf(error)}`, { code: "Failed", cause: error });
      });
    },
  };
}

function knownFrom(noted: Noted): Known {
  return {
    digestOf: (tag) => noted.tags.get(tag),
    buildOf: (digest) => noted.builds.get(digest),
    note: (tag, digest, build) => {
      if (noted.tags.get(tag) === digest && noted.builds.has(digest)) return;
      // Last in the order: the oldest are forgotten first.
      noted.tags.delete(tag);
      noted.tags.set(tag, digest);
      noted.builds.set(digest, build);
      noted.changed = true;
    },
  };
}

function encode({ tags, builds }: Noted): unknown {
  const kept = [...tags].slice(-MOST_TAGS);
  const digests = new Set(kept.map(([, digest]) => digest));
  return { tags: kept, builds: [...builds].filter(([digest]) => digests.has(digest)) };
}

/** A file of another form is as good as none. */
function decode(value: unknown): Noted {
  const { tags, builds } = (value ?? {}) as { tags?: unknown; builds?: unknown };
  return {
    tags: new Map(pairsIn(tags).filter((pair): pair is [string, string] => isSha256(pair[1]))),
    builds: new Map(pairsIn(builds).filter((pair): pair is [string, Build] => isBuild(pair[1]))),
    changed: false,
  };
}

function pairsIn(value: unknown): readonly [string, unknown][] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (pair): pair is [string, unknown] => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string",
  );
}

function isBuild(value: unknown): value is Build {
  if (typeof value !== "object" || value === null) return false;
  const { digest, created, refusal } = value as Readonly<Record<string, unknown>>;
  const isText = (one: unknown) => one === undefined || typeof one === "string";
  return isSha256(digest) && isText(created) && isText(refusal);
}
