import { GitOpsError } from "../error.ts";
import { CORRUPT } from "./cat-file.ts";
import type { GitSetup } from "./command.ts";
import { createGathering, togetherOrAlone } from "./gather.ts";
import { readObjects } from "./objects.ts";
import type { Snapshot } from "./remote.ts";
import type { Store } from "./store.ts";
import { repositoryOf } from "./store.ts";
import { folderOf, parseTree, ROOT } from "./tree.ts";
import type { TreeEntry } from "./tree.ts";

export interface Folder {
  readonly hash: string;
  readonly entries: readonly TreeEntry[];
  readonly byPath: ReadonlyMap<string, TreeEntry>;
}

/** The folders of one commit that have been read; undefined = the commit has no such folder. */
export type Folders = Map<string, Folder | undefined>;

/** A commit as far as it has been read. */
interface Commit {
  readonly folders: Folders;
  readonly load: (wanted: readonly string[]) => Promise<undefined>;
}

/** One source's view of a commit. */
export interface Checkout {
  readonly store: Store;
  readonly snapshot: Snapshot;
  /** The source's folder. */
  readonly path: string;
  /** All sources of the commit have them in common. */
  readonly folders: Folders;
}

const MAX_BYTES = 64 * 1024 * 1024;

const commits = new WeakMap<Store, Map<string, Commit>>();

export function checkOut(store: Store, snapshot: Snapshot, path: string): Checkout {
  return { store, snapshot, path, folders: commitOf(store, snapshot).folders };
}

/**
 * Reads folders and all the folders above them, in one call for all sources that wait: where many services are beside each other in one
 * folder, each would read what they all are. A folder counts as absent only when the one above it says so.
 * @throws GitOpsError CORRUPT when one is named but cannot be read
 */
export async function loadFolders({ store, snapshot }: Checkout, wanted: readonly string[]): Promise<void> {
  await commitOf(store, snapshot).load(wanted);
}

function commitOf(store: Store, snapshot: Snapshot): Commit {
  const repository = repositoryOf(store, snapshot);
  const known = commits.get(store) ?? new Map<string, Commit>();
  commits.set(store, known);
  const commit = known.get(repository) ?? openCommit(store.setup, repository, snapshot.commit);
  known.set(repository, commit);
  return commit;
}

function openCommit(setup: GitSetup, repository: string, commit: string): Commit {
  const folders: Folders = new Map();
  const read = (wanted: readonly string[]) => readFolders(setup, repository, commit, folders, wanted);
  const readTogether = async (lists: readonly (readonly string[])[]) => {
    await read(lists.flat());
    return lists.map(() => undefined);
  };
  const load = createGathering<readonly string[], undefined>((lists) => togetherOrAlone(lists, readTogether, read));
  return { folders, load };
}

async function readFolders(
  setup: GitSetup,
  repository: string,
  commit: string,
  folders: Folders,
  wanted: readonly string[],
): Promise<undefined> {
  const unread = [...new Set(wanted.flatMap(withParents))].filter((path) => !folders.has(path)).sort(byDepth);
  if (unread.length === 0) return;
  const names = unread.map((path) => `${commit}:${path === ROOT ? "" : path}`);
  const objects = await readObjects(setup, repository, names, MAX_BYTES);
  unread.forEach((path, index) => {
    const object = objects[index];
    if (path !== ROOT && entryAt(folders, path)?.type !== "folder") {
      folders.set(path, undefined);
      return;
    }
    const entries = object?.type === "tree" ? parseTree(path, object.content) : undefined;
    if (object === undefined || entries === undefined) throw new GitOpsError(CORRUPT, { code: "Failed" });
    // Of two with one name, which only a forged tree has, the first counts, as for Git.
    const byPath = new Map(entries.toReversed().map((entry) => [entry.path, entry]));
    folders.set(path, { hash: object.hash, entries, byPath });
  });
}

/** The entry of a path whose folder has been read. */
export function entryAt(folders: Folders, path: string): TreeEntry | undefined {
  return folders.get(folderOf(path))?.byPath.get(path);
}

/** `a/b/c` -> `.`, `a`, `a/b`, `a/b/c`. */
export function withParents(path: string): readonly string[] {
  if (path === ROOT) return [ROOT];
  const parts = path.split("/");
  return [ROOT, ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
}

function byDepth(a: string, b: string): number {
  return withParents(a).length - withParents(b).length;
}
