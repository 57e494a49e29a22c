import { loadFolders } from "./folders.ts";
import type { Checkout } from "./folders.ts";
import { withRepository } from "./store.ts";
import { MAX_DEPTH } from "./tree.ts";
import type { TreeEntry } from "./tree.ts";

/** Reads folders of a commit that have not been read yet, and those above them. */
type Load = (checkout: Checkout, wanted: readonly string[]) => Promise<void>;

/** In a repository that is fetched anew when it turns out corrupt. */
export function load(checkout: Checkout, wanted: readonly string[]): Promise<void> {
  return withRepository(checkout.store, checkout.snapshot, () => loadFolders(checkout, wanted));
}

/**
 * Everything below a folder but the folders themselves, by path; undefined when there is no such folder.
 * @param most files and folders; with more of them it stops
 */
export async function walkFolder(
  checkout: Checkout,
  folder: string,
  most: number,
  read: Load = load,
): Promise<readonly TreeEntry[] | "too many" | undefined> {
  const found: TreeEntry[] = [];
  let level = [folder];
  for (let depth = 0; level.length > 0 && depth < MAX_DEPTH; depth++) {
    await read(checkout, level);
    const entries = level.flatMap((path) => checkout.folders.get(path)?.entries ?? []);
    if (found.length + entries.length > most) return "too many";
    found.push(...entries.filter(({ type }) => type !== "folder"));
    level = entries.filter(({ type }) => type === "folder").map(({ path }) => path);
  }
  return checkout.folders.get(folder) === undefined ? undefined : found.sort(byPath);
}

function byPath(a: TreeEntry, b: TreeEntry): number {
  return a.path < b.path ? -1 : 1;
}
