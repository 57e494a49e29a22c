import type { DirectoryOptions } from "../application/directory.ts";
import { parsePathGlob } from "../application/path-glob.ts";
import { GitOpsError } from "../error.ts";
import type { Failure } from "../error.ts";
import type { FetchedSource } from "../git/repository.ts";
import type { TreeEntry } from "../git/tree.ts";
import { isList, isMembers } from "../manifest/json.ts";
import { readKubernetesYaml } from "./kubernetes-yaml.ts";
import { checkManifests } from "./manifests.ts";
import type { CheckedManifests, Found } from "./manifests.ts";
import { decodeText } from "./text.ts";

/** Argo CD's limit for the manifests of one folder together. */
const MAX_BYTES = 10 * 1024 * 1024;
const RENDERED = /\.(?:ya?ml|json|jsonnet)$/;
const JSONNET = ".jsonnet";
/** Argo CD's mark for a file that is no manifest. */
const SKIP_MARK = "+argocd:skip-file-rendering";

interface FileResult {
  readonly found: readonly Found[];
  readonly failures: readonly Failure[];
}

/** The plain manifests of a folder (Argo CD: a directory source), in the order of their paths. */
export async function readDirectory(source: FetchedSource, options: DirectoryOptions): Promise<CheckedManifests> {
  const below = options.recurse === true ? await source.walk(source.path) : await source.list(source.path);
  const files = (below ?? []).filter(({ path, type }) => type !== "folder" && isRendered(source, path, options));
  const jsonnet = files.find(({ path }) => path.endsWith(JSONNET));
  if (jsonnet !== undefined) {
    // Argo CD would render it: without it the objects would be too few, and pruned.
    const advice = "exclude it (directory.exclude), or commit what it renders to";
    throw new GitOpsError(`${jsonnet.path}: Jsonnet is not supported: ${advice}`, { code: "Unsupported" });
  }
  return readFiles(source, files);
}

/** As in Argo CD the globs are for the path within the folder, and `exclude` wins. */
function isRendered(source: FetchedSource, path: string, { include, exclude }: DirectoryOptions): boolean {
  const relative = source.path === "." ? path : path.slice(source.path.length + 1);
  if (!RENDERED.test(path)) return false;
  if (exclude !== undefined && parsePathGlob(exclude)?.(relative) === true) return false;
  return include === undefined || parsePathGlob(include)?.(relative) === true;
}

async function readFiles(source: FetchedSource, files: readonly TreeEntry[]): Promise<CheckedManifests> {
  const read: FileResult[] = [];
  for await (const { path, content } of source.contents(files, MAX_BYTES)) read.push(readFile(path, content));
  const failures = read.flatMap((file) => file.failures);
  if (failures.length > 0) return { manifests: [], failures };
  return checkManifests(read.flatMap(({ found }) => found));
}
function readFile(file: string, content: Buffer): FileResult {
  const decoded = decodeText(file, content);
  if ("failure" in decoded) return { found: [], failures: [decoded.failure] };
  if (decoded.text.includes(SKIP_MARK)) return { found: [], failures: [] };
  const { documents, failures } = readKubernetesYaml(file, decoded.text);
  // As in Argo CD: a file in which nothing looks like an object is a stranger in this folder, such as a tool's settings.
  const isStranger = failures.length === 0 && !documents.some(({ value }) => isLikeObject(value));
  return { found: isStranger ? [] : documents.map((document) => ({ file, ...document })), failures };
}

function isLikeObject(value: unknown): boolean {
  if (isList(value)) return value.some(isLikeObject);
  return isMembers(value) && ["apiVersion", "kind", "metadata"].some((key) => key in value);
}
