import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Checkout } from "./folders.ts";
import { openRepository } from "./store.ts";
import { load } from "./walk.ts";

const HASH = /^[0-9a-f]{40}\n$/;

/**
 * The tree hashes of folders; undefined where there is no such folder. They are noted in files beside the repository's objects,
 * so that a run in which nothing has changed starts no Git process for them.
 */
export async function hashesOf(checkout: Checkout, paths: readonly string[]): Promise<readonly (string | undefined)[]> {
  const repository = await openRepository(checkout.store, checkout.snapshot);
  const noted = await Promise.all(paths.map((path) => readNote(repository, path)));
  const unknown = paths.filter((_, index) => noted[index] === undefined);
  if (unknown.length === 0) return noted;
  await load(checkout, unknown);
  const hashes = paths.map((path, index) => noted[index] ?? checkout.folders.get(path)?.hash);
  await Promise.all(paths.map((path, index) => writeNote(repository, path, hashes[index])));
  return hashes;
}

async function readNote(repository: string, path: string): Promise<string | undefined> {
  const text = await readFile(noteOf(repository, path), "utf8").catch(() => "");
  return HASH.test(text) ? text.trimEnd() : undefined;
}

async function writeNote(repository: string, path: string, hash: string | undefined): Promise<void> {
  // The repository may have been removed meanwhile: then there is nothing to note.
  if (hash !== undefined) await writeFile(noteOf(repository, path), `${hash}\n`).catch(() => undefined);
}

function noteOf(repository: string, path: string): string {
  return join(repository, `folder-${createHash("sha256").update(path).digest("hex").slice(0, 32)}`);
}
