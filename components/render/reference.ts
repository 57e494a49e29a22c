import { posix } from "node:path";

/** What a kustomization may name at a place. */
export type Use =
  /** A file of objects, or a folder with a kustomization. */
  | "resource"
  /** A folder with a kustomization. */
  | "component"
  /** Like a resource, but the objects are settings of built-in generators and transformers. */
  | "plugin"
  /** A file in or below the folder of the kustomization. */
  | "file";

/** A path in the repository that a kustomization names. */
export interface Reference {
  readonly use: Use;
  /** From the root of the repository. */
  readonly path: string;
  /** Where it stands, e.g. `resources[0]`. */
  readonly property: string;
  readonly line: number;
}

const REMOTE = /^[a-z][a-z0-9+.-]*:|:\/\/|^[^/]*@|[?#]|^github\.com(?:$|\/)/i;

/**
 * The path from the root of the repository, or why it is refused. Kustomize would take some of these for a URL
 * and fetch it, and would leave the checkout for others.
 */
export function resolveReference(
  folder: string,
  text: unknown,
): { readonly path: string } | { readonly reason: string } {
  if (typeof text !== "string" || text === "") return { reason: "expected a path" };
  if (REMOTE.test(text)) return { reason: "remote resources are not fetched: expected a path in this repository" };
  if (text.startsWith("/")) return { reason: "expected a relative path" };
  if (/[\\\p{Cc}]/u.test(text)) return { reason: "expected a path without backslashes and control characters" };
  const path = posix.normalize(posix.join(folder, text)).replace(/\/$/, "");
  if (path === ".." || path.startsWith("../")) return { reason: "the path leaves the repository" };
  return { path };
}

/** Whether a path is in or below a folder. */
export function isBelow(path: string, folder: string): boolean {
  return folder === "." || path === folder || path.startsWith(`${folder}/`);
}
