import { escapeUnprintable } from "../application/quote.ts";
import { GitOpsError } from "../error.ts";
import { readFiles } from "./files.ts";
import type { FileContent } from "./files.ts";
import { checkOut, entryAt, withParents } from "./folders.ts";
import type { Checkout } from "./folders.ts";
import { hashesOf } from "./hashes.ts";
import type { Snapshot } from "./remote.ts";
import type { Store } from "./store.ts";
import { folderOf, refusePath, ROOT } from "./tree.ts";
import type { TreeEntry } from "./tree.ts";
import { load, walkFolder } from "./walk.ts";

/** A folder of a commit, and what is around it. Nothing is fetched before it is asked for. */
export interface FetchedSource {
  readonly repoURL: string;
  readonly commit: string;
  /** Folder in the repository; `.` is the root. */
  readonly path: string;
  /** Equal for equal content, whatever the repository and the commit. */
  readonly treeHash: string;
  /** Like `treeHash`, of other folders; undefined where there is no such folder. */
  hashesOf(folders: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** What stands directly in a folder; undefined when there is no such folder. */
  list(folder: string): Promise<readonly TreeEntry[] | undefined>;
  /**
   * Everything below a folder but the folders themselves, level by level; undefined when there is no such folder.
   * @throws GitOpsError Refused above 20,000 entries
   */
  walk(folder: string): Promise<readonly TreeEntry[] | undefined>;
  /** What stands at these paths. For a path that leads through a file, a link or a submodule: that entry. */
  find(paths: readonly string[]): Promise<readonly (TreeEntry | undefined)[]>;
  /**
   * The content of files, each path once; what is missing comes in one request.
   * @throws GitOpsError Refused for links, submodules and dangerous names, and above 20,000 files or `maxBytes` in all
   */
  contents(files: readonly TreeEntry[], maxBytes: number): AsyncIterable<FileContent>;
}

const MAX_NAMED = 10;
const MAX_ENTRIES = 20_000;

/** @throws GitOpsError NotFound when the commit or the folder does not exist; Refused when the path is dangerous */
export async function openSource(store: Store, snapshot: Snapshot, path: string): Promise<FetchedSource> {
  const { remote, commit } = snapshot;
  const refusal = path === ROOT ? undefined : refusePath(path);
  if (refusal !== undefined) throw new GitOpsError(`path in ${remote.repoURL}: ${refusal}`, { code: "Refused" });
  const checkout = checkOut(store, snapshot, path);
  const [treeHash] = await hashesOf(checkout, [path]);
  if (treeHash === undefined) throw await noFolder(checkout);
  return {
    repoURL: remote.repoURL,
    commit,
    path,
    treeHash,
    hashesOf: (folders) => hashesOf(checkout, folders),
    list: (folder) => list(checkout, folder),
    walk: (folder) => walk(checkout, folder),
    find: (paths) => find(checkout, paths),
    contents: (files, maxBytes) => readFiles(checkout, files, maxBytes),
  };
}

async function list(checkout: Checkout, folder: string): Promise<readonly TreeEntry[] | undefined> {
  await load(checkout, [folder]);
  return checkout.folders.get(folder)?.entries;
}

async function walk(checkout: Checkout, folder: string): Promise<readonly TreeEntry[] | undefined> {
  const entries = await walkFolder(checkout, folder, MAX_ENTRIES);
  if (entries !== "too many") return entries;
  const reason = `at most ${MAX_ENTRIES} files and folders are read below ${folder}`;
  throw new GitOpsError(`${checkout.snapshot.remote.repoURL}: ${reason}`, { code: "Refused" });
}

async function find(checkout: Checkout, paths: readonly string[]): Promise<readonly (TreeEntry | undefined)[]> {
  await load(checkout, paths.map(folderOf));
  return paths.map((path) => {
    const parents = withParents(path).filter((parent) => parent !== ROOT);
    return parents
      .map((parent) => entryAt(checkout.folders, parent))
      .find((entry) => entry?.path === path || isEnd(entry));
  });
}

function isEnd(entry: TreeEntry | undefined): boolean {
  return entry !== undefined && entry.type !== "folder";
}

async function noFolder(checkout: Checkout): Promise<GitOpsError> {
  const { path, folders, snapshot } = checkout;
  const [end] = await find(checkout, [path]);
  const place = `in ${snapshot.remote.repoURL} at ${snapshot.commit.slice(0, 7)}`;
  if (end !== undefined) return notFound(`${end.path} ${place} is a ${end.type}, expected a folder`);
  const nearest = withParents(path).findLast((parent) => folders.get(parent) !== undefined) ?? ROOT;
  const there = (folders.get(nearest)?.entries ?? [])
    .filter(({ type }) => type === "folder")
    .map((entry) => entry.path);
  const names = there.length === 0 ? "no folders" : there.slice(0, MAX_NAMED).join(", ");
  return notFound(`the folder ${path} does not exist ${place}; there are: ${names}`);
}

/** Names of a repository may hold anything. */
function notFound(message: string): GitOpsError {
  return new GitOpsError(escapeUnprintable(message), { code: "NotFound" });
}
