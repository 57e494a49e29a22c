import { escapeUnprintable } from "../application/quote.ts";

export type EntryType = "file" | "folder" | "link" | "submodule";

/** One entry of a folder in a commit. */
export interface TreeEntry {
  /** From the root of the repository, `/`-separated. */
  readonly path: string;
  readonly type: EntryType;
  readonly hash: string;
}

export const ROOT = ".";
export const MAX_DEPTH = 64;

const HASH_BYTES = 20;
const TYPES: Readonly<Record<string, EntryType>> = {
  "100644": "file",
  "100755": "file",
  "100664": "file",
  "40000": "folder",
  "120000": "link",
  "160000": "submodule",
};

/** Reads a tree object: `<mode> <name>\0<20 bytes>`, repeated. Undefined when it is not one. */
export function parseTree(folder: string, content: Buffer): readonly TreeEntry[] | undefined {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    if (space < 0 || end < 0 || end + 1 + HASH_BYTES > content.length) return undefined;
    const type = TYPES[content.toString("latin1", at, space)];
    if (type === undefined) return undefined;
    const hash = content.toString("hex", end + 1, end + 1 + HASH_BYTES);
    entries.push({ path: pathIn(folder, content.toString("utf8", space + 1, end)), type, hash });
    at = end + 1 + HASH_BYTES;
  }
  return entries;
}

export function pathIn(folder: string, name: string): string {
  return folder === ROOT ? name : `${folder}/${name}`;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? ROOT : path.slice(0, slash);
}

/** Why a path of a commit is not touched, or undefined: names that mean something else on some file system, in a terminal or to Git. */
export function refusePath(path: string): string | undefined {
  const parts = path.split("/");
  if (parts.length > MAX_DEPTH) return `folders are nested deeper than ${MAX_DEPTH}`;
  return parts.map(refuseName).find((reason) => reason !== undefined);
}

function refuseName(name: string): string | undefined {
  const shown = escapeUnprintable(name.slice(0, 80));
  if (name === "" || name === "." || name === "..") return `the name ${JSON.stringify(name)} leads elsewhere`;
  if (/^\.git$/i.test(name) || /^git~\d+$/i.test(name)) return `the name ${shown} belongs to Git`;
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd\\]/u.test(name))
    return `the name ${shown} holds a control character or backslash, or is no UTF-8`;
  if (/[. ]$/.test(name)) return `the name ${JSON.stringify(shown)} ends in a dot or a space`;
  return undefined;
}
