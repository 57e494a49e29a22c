import { createHash } from "node:crypto";
import { access, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

import { isGitOpsError } from "../error.ts";
import type { GitSetup } from "./command.ts";
import { evictOldest } from "./evict.ts";
import { CORRUPT } from "./cat-file.ts";
import { createGathering } from "./gather.ts";
import { fetchObjects, populate } from "./populate.ts";
import { ensurePrivateFolder } from "./private-folder.ts";
import type { Snapshot } from "./remote.ts";

/**
 * Local repositories, one for each commit. One is never changed but by adding packs, so processes share it without a lock,
 * and it may be removed at any time.
 */
export interface Store {
  readonly setup: GitSetup;
  readonly cacheFolder: string;
  /** What this process has made sure of, by repository folder. */
  readonly opened: Map<string, Promise<void>>;
  readonly repaired: Map<string, Promise<void>>;
  /** Fetch objects that are missing, by repository folder. */
  readonly fetches: Map<string, (hashes: readonly string[]) => Promise<undefined>>;
  /** Makes the cache folder ready, once. */
  readonly prepare: () => Promise<void>;
}

const MAX_BYTES = 2 * 1024 * 1024 * 1024;
const MAX_AGE_MS = 30 * 24 * 3_600_000;
const TOUCH_AFTER_MS = 24 * 3_600_000;

export function createStore(setup: GitSetup, cacheFolder: string): Store {
  let preparing: Promise<void> | undefined;
  const prepareOnce = () => (preparing ??= prepare(cacheFolder));
  return { setup, cacheFolder, opened: new Map(), repaired: new Map(), fetches: new Map(), prepare: prepareOnce };
}

/** Where the local repository of a commit is, or will be. The URL is part of it: a commit of one repository is none of another. */
export function repositoryOf({ cacheFolder }: Store, { remote, commit }: Snapshot): string {
  const repository = createHash("sha256").update(remote.url).digest("hex").slice(0, 24);
  return join(cacheFolder, `${repository}-${commit}`);
}

/** The local repository that holds the commit and all its folders; fetched when it is not there. */
export async function openRepository(store: Store, snapshot: Snapshot): Promise<string> {
  const repository = repositoryOf(store, snapshot);
  const opening = store.opened.get(repository) ?? openOrFetch(store, snapshot, repository);
  store.opened.set(repository, opening);
  try {
    await opening;
  } catch (error) {
    store.opened.delete(repository);
    throw error;
  }
  return repository;
}

/** Does something with the local repository. One that turns out corrupt is thrown away and fetched anew, once a process. */
export async function withRepository<T>(
  store: Store,
  snapshot: Snapshot,
  use: (repository: string) => Promise<T>,
): Promise<T> {
  const repository = await openRepository(store, snapshot);
  try {
    return await use(repository);
  } catch (error) {
    if (!isGitOpsError(error) || error.message !== CORRUPT) throw error;
  }
  const repairing = store.repaired.get(repository) ?? repair(store, snapshot, repository);
  store.repaired.set(repository, repairing);
  await repairing;
  return use(repository);
}

async function repair(store: Store, snapshot: Snapshot, repository: string): Promise<void> {
  store.opened.delete(repository);
  await discard(repository);
  await openRepository(store, snapshot);
}

/**
 * Fetches objects that are missing, in one request for everybody who waits: while one is under way, what is asked for meanwhile goes into the next.
 * A server that hands out no single objects is asked for the whole commit.
 */
export function completeRepository(store: Store, snapshot: Snapshot, missing: readonly string[]): Promise<void> {
  const repository = repositoryOf(store, snapshot);
  const fetch =
    store.fetches.get(repository) ??
    createGathering<readonly string[], undefined>(async (lists) => {
      await fetchMissing(store, snapshot, [...new Set(lists.flat())]);
      return lists.map(() => undefined);
    });
  store.fetches.set(repository, fetch);
  return fetch(missing);
}

async function fetchMissing(store: Store, snapshot: Snapshot, wanted: readonly string[]): Promise<void> {
  const repository = repositoryOf(store, snapshot);
  if (await fetchObjects(store.setup, snapshot.remote, repository, wanted)) return;
  await discard(repository);
  await populate(store.setup, snapshot, repository, "commit");
}

async function openOrFetch(store: Store, snapshot: Snapshot, repository: string): Promise<void> {
  if (await isThere(repository)) return touch(repository);
  await store.prepare();
  await populate(store.setup, snapshot, repository, "folders");
}

async function prepare(cacheFolder: string): Promise<void> {
  await ensurePrivateFolder(cacheFolder);
  await evictOldest(cacheFolder, { maxBytes: MAX_BYTES, maxAgeMs: MAX_AGE_MS, sizeOf });
}

async function isThere(repository: string): Promise<boolean> {
  try {
    await access(join(repository, "config"));
    return true;
  } catch {
    return false;
  }
}

/** What is used stays longest. */
async function touch(repository: string): Promise<void> {
  const { mtimeMs } = await stat(repository);
  if (Date.now() - mtimeMs > TOUCH_AFTER_MS) await utimes(repository, new Date(), new Date());
}

/** In one step, so that nobody finds half a repository. */
async function discard(repository: string): Promise<void> {
  const trash = join(repository, "..", `tmp-${process.pid}-${Date.now()}`);
  await rename(repository, trash).catch(() => undefined);
  await rm(trash, { recursive: true, force: true });
}

async function sizeOf(repository: string): Promise<number> {
  const packs = join(repository, "objects", "pack");
  const names = await readdir(packs).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(packs, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
