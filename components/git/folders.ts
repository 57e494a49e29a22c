import { GitOpsError } from "../error.ts";
import { CORRUPT } from "./cat-file.ts";
import type { GitSetup } from "./command.ts";
import { readObjects } from "./objects.ts";
import type { Snapshot } from "./remote.ts";
import type { Store } from "./store.ts";
import { folderOf, parseTree, ROOT } from "./tree.ts";
import type { TreeEntry } from "./tree.ts";

export interface Folder {
  readonly hash: string;
  readonly entries: readonly TreeEntry[];
}

/** The folders of one commit that have been read; undefined = the commit has no such folder. */
export type Folders = Map<string, Folder | undefined>;

/** A commit as far as it has been read for one source. */
export interface Checkout {
  readonly store: Store;
  readonly snapshot: Snapshot;
  /** The source's folder. */
  readonly path: string;
  readonly folders: Folders;
}

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads folders and all the folders above them, in one call. A folder counts as absent only when the one above it says so.
 * @throws GitOpsError CORRUPT when one is named but cannot be read
 */
export async function loadFolders(
  setup: GitSetup,
  repository: string,
  commit: string,
  folders: Folders,
  wanted: readonly string[],
): Promise<void> {
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
    folders.set(path, { hash: object.hash, entries });
  });
}

/** The entry of a path whose folder has been read. */
export function entryAt(folders: Folders, path: string): TreeEntry | undefined {
  return folders.get(folderOf(path))?.entries.find((entry) => entry.path === path);
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
