import { promisify } from "node:util";
import { gunzip } from "node:zlib";

import { quote } from "../application/quote.ts";
import { GitOpsError } from "../error.ts";
import type { FileContent } from "../git/files.ts";
import { refusePath } from "../git/tree.ts";
import { readTar } from "./tar.ts";
import type { TarEntry } from "./tar.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 20_000;

/**
 * The files of a packed chart, without its own folder. Nothing is written: a chart that names dangerous paths, links or the same file
 * twice, or grows beyond 64 MiB, is refused as a whole.
 * @param title what messages call it
 * @throws GitOpsError Refused
 */
export async function unpack(title: string, packed: Buffer): Promise<readonly FileContent[]> {
  const refused = (reason: string) => new GitOpsError(`${title}: ${reason}`, { code: "Refused" });
  const tar = await promisify(gunzip)(packed, { maxOutputLength: MAX_BYTES }).catch(() => undefined);
  if (tar === undefined) throw refused(`expected a chart packed with gzip of at most ${MAX_BYTES} bytes`);
  const entries = readTar(tar);
  if (entries === undefined) throw refused("the archive is damaged");
  const files = entries.filter(({ type }) => type !== "folder");
  const reason = findProblem(files);
  if (reason !== undefined) throw refused(reason);
  return files.map(({ path, content }) => ({ path: withoutFolder(path), content }));
}

function findProblem(files: readonly TarEntry[]): string | undefined {
  if (files.length > MAX_FILES) return `at most ${MAX_FILES} files are read, found ${files.length}`;
  const seen = new Set<string>();
  for (const { path, type } of files) {
    const problem = problemOf(path, type) ?? (seen.has(path.toLowerCase()) ? "is there twice" : undefined);
    if (problem !== undefined) return `${quote(path)} in the chart: ${problem}`;
    seen.add(path.toLowerCase());
  }
  return undefined;
}

function problemOf(path: string, type: TarEntry["type"]): string | undefined {
  if (type !== "file") return "is neither a file nor a folder";
  if (!path.includes("/")) return "expected all files in one folder";
  return refusePath(path);
}

function withoutFolder(path: string): string {
  return path.slice(path.indexOf("/") + 1);
}
