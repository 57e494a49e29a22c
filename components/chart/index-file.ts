import { GitOpsError } from "../error.ts";
import { isList, isMembers, member } from "../manifest/json.ts";
import { readKubernetesYaml } from "../render/kubernetes-yaml.ts";

/** One version of a chart in the index of a repository. */
export interface IndexEntry {
  readonly version: string;
  /** Where the packed chart is; relative ones to the repository. */
  readonly urls: readonly string[];
  /** SHA-256 of it in hexadecimal. */
  readonly digest?: string;
}

/**
 * The versions of one chart. Of a YAML index, which may hold thousands of charts, only the part about this one is read.
 * @throws GitOpsError Failed when the index cannot be read; NotFound when it has no such chart
 */
export function readIndex(origin: string, text: string, chart: string): readonly IndexEntry[] {
  const entries = entriesIn(origin, text.startsWith("{") ? text : partOf(text, chart));
  const versions = member(entries, chart);
  if (!isList(versions)) throw new GitOpsError(`${origin} has no chart ${chart}`, { code: "NotFound" });
  return versions.flatMap((entry) => readEntry(entry) ?? []);
}

function entriesIn(origin: string, text: string) {
  const { documents, failures } = readKubernetesYaml("index.yaml", text);
  const value = documents[0]?.value;
  const entries = isMembers(value) ? (value["entries"] ?? {}) : undefined;
  if (failures.length === 0 && isMembers(entries)) return entries;
  const reason = failures[0]?.reason ?? "expected a map with entries";
  throw new GitOpsError(`${origin}: its index.yaml cannot be read: ${reason}`, { code: "Failed" });
}

/** All of the index if the part is not found where Helm writes it. */
function partOf(text: string, chart: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => /^entries:\s*$/.test(line));
  const first = lines.findIndex((line, index) => index > start && start >= 0 && /^ *[^\s#]/.test(line));
  const indent = /^ */.exec(lines[first] ?? "")?.[0] ?? "";
  if (start < 0 || first < 0 || indent === "") return text;
  const keys = [chart, JSON.stringify(chart), `'${chart}'`].map((key) => `${indent}${key}:`);
  const begin = lines.findIndex((line, index) => index >= first && keys.includes(line.trimEnd()));
  if (begin < 0) return "entries: {}";
  const isInside = (line: string): boolean =>
    line.trim() === "" || line.startsWith(`${indent} `) || line.startsWith(`${indent}-`);
  const length = lines.slice(begin + 1).findIndex((line) => !isInside(line));
  const part = lines.slice(begin, length < 0 ? undefined : begin + 1 + length);
  return ["entries:", ...part].join("\n");
}

function readEntry(entry: unknown): IndexEntry | undefined {
  if (!isMembers(entry)) return undefined;
  const { version, urls, digest } = entry;
  if (typeof version !== "string" || !isList(urls)) return undefined;
  const hash = typeof digest === "string" ? /^(?:sha256:)?([0-9a-f]{64})$/.exec(digest)?.[1] : undefined;
  return {
    version,
    urls: urls.filter((url) => typeof url === "string"),
    ...(hash === undefined ? {} : { digest: hash }),
  };
}
