import { quote } from "../application/quote.ts";
import type { Failure } from "../error.ts";
import type { FetchedSource } from "../git/repository.ts";
import type { TreeEntry } from "../git/tree.ts";
import type { Chart } from "./chart.ts";
import { isBelow, resolveReference } from "./reference.ts";

export type Refs = Readonly<Record<string, FetchedSource>>;

/** A file that Helm is told to read: in the chart itself, or in a repository. */
export type ValueFile =
  | { readonly text: string; readonly inChart: string }
  | { readonly text: string; readonly source: FetchedSource; readonly path: string };

export interface FoundFile {
  readonly text: string;
  readonly source: FetchedSource;
  readonly entry: TreeEntry;
}

/** Where a path leads. @param text relative to the chart, `/` from the root of its repository, or `$ref/` in that of another source */
export function resolveValueFile(text: string, chart: Chart, refs: Refs): ValueFile | Failure {
  const [, ref, rest = ""] = /^\$([^/]*)(?:\/(.*))?$/s.exec(text) ?? [];
  if (ref !== undefined) {
    const source = Object.hasOwn(refs, ref) ? refs[ref] : undefined;
    return source === undefined
      ? failure(text, `no source has the ref ${quote(ref)}`)
      : inRepository(text, rest, ".", source);
  }
  const { source } = chart;
  const fromRoot = text.startsWith("/");
  if (source !== undefined) {
    const file = inRepository(text, text.replace(/^\/+/, ""), fromRoot ? "." : source.path, source);
    return "path" in file && source.path !== "." && isBelow(file.path, source.path)
      ? { text, inChart: file.path.slice(source.path.length + 1) }
      : file;
  }
  const resolved = resolveReference(".", text.replace(/^\/+/, ""));
  return "reason" in resolved ? failure(text, explain(resolved.reason)) : { text, inChart: resolved.path };
}

function inRepository(text: string, path: string, folder: string, source: FetchedSource): ValueFile | Failure {
  const resolved = resolveReference(folder, path);
  if ("reason" in resolved) return failure(text, explain(resolved.reason));
  return { text, source, path: resolved.path };
}

function explain(reason: string): string {
  return reason.replace("remote resources are not fetched", "remote value files are not fetched");
}

export function failure(text: string, reason: string): Failure {
  return { property: `helm ${quote(text)}`, reason };
}

/** The entries of files in repositories; undefined for what is not there. One look at each repository. */
export async function findFiles(files: readonly ValueFile[]): Promise<readonly (FoundFile | undefined)[]> {
  const outside = files.filter((file) => "source" in file);
  const bySource = Map.groupBy(outside, ({ source }) => source);
  const found = new Map<ValueFile, FoundFile>();
  for (const [source, wanted] of bySource) {
    const entries = await source.find(wanted.map(({ path }) => path));
    wanted.forEach((file, index) => {
      const entry = entries[index];
      if (entry?.path === file.path) found.set(file, { text: file.text, source, entry });
    });
  }
  return files.map((file) => found.get(file));
}
