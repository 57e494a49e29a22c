import type { FetchedSource } from "../git/repository.ts";
import type { FileContent } from "../git/files.ts";

/** The files of a Helm chart, wherever it comes from. */
export interface Chart {
  /** What a message calls it: its folder, or its name. */
  readonly name: string;
  /** Where it comes from, for messages. */
  readonly origin: string;
  /** Equal for equal content. */
  readonly digest: string;
  /** By paths within the chart. */
  files(): AsyncIterable<FileContent>;
  /** The folder it stands in, whose repository value files may be read from; absent for a packed chart. */
  readonly source?: FetchedSource;
}

const MAX_BYTES = 64 * 1024 * 1024;

/** The chart in the folder of a source. */
export function chartIn(source: FetchedSource): Chart {
  return {
    name: source.path,
    origin: `${source.repoURL} at ${source.commit.slice(0, 7)}`,
    digest: source.treeHash,
    files: () => filesOf(source),
    source,
  };
}

async function* filesOf(source: FetchedSource): AsyncGenerator<FileContent> {
  const entries = (await source.walk(source.path)) ?? [];
  const start = source.path === "." ? 0 : source.path.length + 1;
  for await (const { path, content } of source.contents(entries, MAX_BYTES)) yield { path: path.slice(start), content };
}
