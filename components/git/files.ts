import { escapeUnprintable } from "../application/quote.ts";
import { GitOpsError } from "../error.ts";
import { CORRUPT } from "./cat-file.ts";
import { loadFolders } from "./folders.ts";
import type { Checkout } from "./folders.ts";
import { inspectObjects, readObjects } from "./objects.ts";
import { completeRepository, withRepository } from "./store.ts";
import { folderOf, refusePath, ROOT } from "./tree.ts";
import type { TreeEntry } from "./tree.ts";
import { walkFolder } from "./walk.ts";

export interface FileContent {
  readonly path: string;
  readonly content: Buffer;
}

const MAX_FILES = 20_000;
const BATCH_BYTES = 16 * 1024 * 1024;
const MAX_GUESSED = 256;

/** Sizes by hash. */
type Sizes = ReadonlyMap<string, number>;

/** See {@link FetchedSource.contents}. */
export async function* readFiles(
  checkout: Checkout,
  files: readonly TreeEntry[],
  maxBytes: number,
): AsyncGenerator<FileContent> {
  checkFiles(checkout, files);
  const sizes = await bring(checkout, files);
  const total = files.reduce((sum, { hash }) => sum + (sizes.get(hash) ?? 0), 0);
  if (total > maxBytes) throw refused(checkout, [`files of at most ${maxBytes} bytes in all are read, found ${total}`]);
  for (const batch of batches(files, sizes)) yield* await readBatch(checkout, batch, sizes);
}

function checkFiles(checkout: Checkout, files: readonly TreeEntry[]): void {
  const reasons = files.flatMap(({ path, type }) => {
    const refusal =
      type === "file" ? refusePath(path) : `a ${type === "link" ? "symbolic link" : type} is not followed`;
    return refusal === undefined ? [] : [`${escapeUnprintable(path)}: ${refusal}`];
  });
  if (files.length > MAX_FILES) reasons.unshift(`at most ${MAX_FILES} files are read, found ${files.length}`);
  if (reasons.length > 0) throw refused(checkout, reasons);
}

function refused({ snapshot }: Checkout, reasons: readonly string[]): GitOpsError {
  return new GitOpsError(`${snapshot.remote.repoURL}: ${reasons.slice(0, 20).join("; ")}`, { code: "Refused" });
}

/** Makes sure that the files are here. */
async function bring(checkout: Checkout, files: readonly TreeEntry[]): Promise<Sizes> {
  const { store, snapshot } = checkout;
  const hashes = [...new Set(files.map(({ hash }) => hash))];
  if (hashes.length === 0) return new Map();
  return withRepository(store, snapshot, async (repository) => {
    const known = await sizesOf(checkout, repository, hashes);
    const missing = lackingOf(hashes, known);
    if (missing.length === 0) return known;
    await completeRepository(store, snapshot, [...missing, ...(await guess(checkout))]);
    const sizes = await sizesOf(checkout, repository, hashes);
    if (lackingOf(hashes, sizes).length > 0) throw new GitOpsError(CORRUPT, { code: "Failed" });
    return sizes;
  });
}

async function sizesOf({ store }: Checkout, repository: string, hashes: readonly string[]): Promise<Sizes> {
  const found = await inspectObjects(store.setup, repository, hashes);
  const blobs = found.filter((object) => object !== undefined).filter(({ type }) => type === "blob");
  return new Map(blobs.map(({ hash, size }) => [hash, size]));
}

function lackingOf(hashes: readonly string[], sizes: Sizes): readonly string[] {
  return hashes.filter((hash) => !sizes.has(hash));
}

/**
 * Files that will likely be asked for next: those around the source's folder (`k8s/` for `k8s/overlays/qa`), if they are few.
 * They come in the same request, which saves one for every level of bases.
 */
async function guess(checkout: Checkout): Promise<readonly string[]> {
  const { path } = checkout;
  for (const folder of path === ROOT ? [ROOT] : around(path)) {
    // What stands there is of no concern if nobody asks for it.
    const entries = await walkFolder(checkout, folder, MAX_GUESSED, loadFolders).catch(() => undefined);
    if (entries !== undefined && entries !== "too many")
      return entries.filter(({ type }) => type === "file").map(({ hash }) => hash);
  }
  return [];
}

/** `a/b/c` -> `a`, `a/b`, `a/b/c`; never the root, where the source code lies. */
function around(path: string): readonly string[] {
  const parent = folderOf(path);
  return [folderOf(parent), parent, path].filter((folder) => folder !== ROOT);
}

function* batches(files: readonly TreeEntry[], sizes: Sizes): Generator<readonly TreeEntry[]> {
  let batch: TreeEntry[] = [];
  let bytes = 0;
  for (const file of files) {
    const size = sizes.get(file.hash) ?? 0;
    if (batch.length > 0 && bytes + size > BATCH_BYTES) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(file);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

async function readBatch(
  checkout: Checkout,
  files: readonly TreeEntry[],
  sizes: Sizes,
): Promise<readonly FileContent[]> {
  const { store, snapshot } = checkout;
  const bytes = files.reduce((sum, { hash }) => sum + (sizes.get(hash) ?? 0), 0);
  const hashes = files.map(({ hash }) => hash);
  return withRepository(store, snapshot, async (repository) => {
    let objects = await readObjects(store.setup, repository, hashes, bytes);
    const missing = hashes.filter((_, index) => objects[index] === undefined);
    if (missing.length > 0) {
      await completeRepository(store, snapshot, missing);
      objects = await readObjects(store.setup, repository, hashes, bytes);
    }
    return files.map(({ path, hash }, index) => {
      const object = objects[index];
      if (object?.hash !== hash) throw new GitOpsError(CORRUPT, { code: "Failed" });
      return { path, content: object.content };
    });
  });
}
