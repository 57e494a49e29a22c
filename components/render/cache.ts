import { createHash } from "node:crypto";
import { readFile, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

import { parseJson } from "../exact-json.ts";
import { evictOldest } from "../git/evict.ts";
import { writePrivateFile } from "../git/private-file.ts";

/** JSON values by content, kept across runs. Deleting any of it at any time costs only time. */
export interface Cache {
  /** Undefined when it is not there or is damaged. */
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
}

const MAX_BYTES = 256 * 1024 * 1024;
const MAX_AGE_MS = 30 * 24 * 3_600_000;
const TOUCH_AFTER_MS = 24 * 3_600_000;
const EVICT_EVERY = 100;

export function createCache(folder: string): Cache {
  let written = 0;
  return {
    get: (key) => read(join(folder, key)),
    put: async (key, value) => {
      const json = JSON.stringify(value);
      await writePrivateFile(folder, key, `${sha256(json)}\n${json}`);
      if (written++ % EVICT_EVERY === 0) await evict(folder);
    },
  };
}

async function evict(folder: string): Promise<void> {
  const sizeOf = async (file: string): Promise<number> => (await stat(file)).size;
  // A folder that is gone holds nothing too much.
  await evictOldest(folder, { maxBytes: MAX_BYTES, maxAgeMs: MAX_AGE_MS, sizeOf }).catch(() => undefined);
}

/** The first line is the SHA-256 of the rest: what a crash or a disk has damaged is not used. */
async function read(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch(() => "");
  const json = text.slice(65);
  if (json === "" || text.slice(0, 65) !== `${sha256(json)}\n`) return undefined;
  await touch(file);
  return parseJson(json);
}

async function touch(file: string): Promise<void> {
  const used = await stat(file).catch(() => undefined);
  if (used === undefined || Date.now() - used.mtimeMs < TOUCH_AFTER_MS) return;
  await utimes(file, new Date(), new Date()).catch(() => undefined);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
