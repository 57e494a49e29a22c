import { createHash } from "node:crypto";
import { readFile, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

import { GitOpsError } from "../error.ts";
import { evictOldest } from "../git/evict.ts";
import { writePrivateFile } from "../git/private-file.ts";

/** Packed charts by their SHA-256, kept across runs. Deleting any of it at any time costs only time. */
export interface Cellar {
  /** What is not there or damaged is downloaded. @throws GitOpsError Failed when that has another digest */
  get(digest: string, download: () => Promise<Buffer>): Promise<Buffer>;
  /** The digest of what is kept from now on. */
  keep(content: Buffer): Promise<string>;
}

const MAX_BYTES = 256 * 1024 * 1024;
const MAX_AGE_MS = 30 * 24 * 3_600_000;

export function createCellar(folder: string): Cellar {
  let evicting: Promise<void> | undefined;
  const keep = async (content: Buffer): Promise<string> => {
    const digest = sha256(content);
    await writePrivateFile(folder, `${digest}.tgz`, content);
    await (evicting ??= evict(folder));
    return digest;
  };
  return {
    keep,
    get: async (digest, download) => {
      const kept = await read(join(folder, `${digest}.tgz`), digest);
      if (kept !== undefined) return kept;
      const content = await download();
      if (sha256(content) === digest) return keep(content).then(() => content);
      throw new GitOpsError(`what was downloaded is not what its digest ${digest} says: nothing of it is used`, {
        code: "Failed",
      });
    },
  };
}

async function evict(folder: string): Promise<void> {
  const sizeOf = async (file: string): Promise<number> => (await stat(file)).size;
  await evictOldest(folder, { maxBytes: MAX_BYTES, maxAgeMs: MAX_AGE_MS, sizeOf }).catch(() => undefined);
}

async function read(file: string, digest: string): Promise<Buffer | undefined> {
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined || sha256(content) !== digest) return undefined;
  await utimes(file, new Date(), new Date()).catch(() => undefined);
  return content;
}

export function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
