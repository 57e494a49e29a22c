import { createHash } from "node:crypto";
import { readFileSync, statSync, utimesSync } from "node:fs";
import { stat } from "node:fs/promises";
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
    // A promise for each step of a small file takes many times what reading it does, and there are thousands.
    get: (key) => Promise.resolve(read(join(folder, key))),
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
function read(file: string): unknown {
  try {
    const text = readFileSync(file, "utf8");
    const json = text.slice(65);
    if (json === "" || text.slice(0, 65) !== `${sha256(json)}\n`) return undefined;
    touch(file);
    return parseJson(json);
  } catch {
    return undefined;
  }
}

/** So that what is used is not evicted. */
function touch(file: string): void {
  if (Date.now() - statSync(file).mtimeMs < TOUCH_AFTER_MS) return;
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Nobody has to be able to write here for what stands here to be good.
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
