import type { Failure } from "../error.ts";
import type { FetchedSource } from "../git/repository.ts";
import { nameOf, pathIn } from "../git/tree.ts";
import type { TreeEntry } from "../git/tree.ts";
import { KUSTOMIZATION_NAMES, readKustomization } from "./kustomization.ts";
import type { Edit, Kustomization } from "./kustomization.ts";
import { isBelow } from "./reference.ts";
import type { Reference } from "./reference.ts";
import { readPlugins } from "./resolve.ts";
import { decodeText } from "./text.ts";

/** Everything that rendering a kustomization may read. */
export interface Closure {
  readonly kustomizations: readonly Kustomization[];
  readonly files: readonly TreeEntry[];
  /** Folders of kustomizations that are not in the source's folder. */
  readonly outside: readonly string[];
}

/** A folder with a kustomization, and who names it: nobody for the source's own. */
interface Step {
  readonly folder: string;
  /** Whether its resources are settings of generators and transformers. */
  readonly asPlugins: boolean;
  readonly namedBy?: Named;
}

interface Named {
  readonly reference: Reference;
  readonly file: string;
  /** Of the kustomization that names it. */
  readonly folder: string;
}

interface Scan {
  readonly source: FetchedSource;
  /** Lays the Application's settings over the source's own kustomization. */
  readonly edit: Edit;
  readonly kustomizations: Map<string, Kustomization>;
  readonly files: Map<string, TreeEntry>;
  readonly seen: Set<string>;
  readonly failures: Failure[];
}

const MAX_KUSTOMIZATIONS = 500;
const MAX_BYTES = 10 * 1024 * 1024;

/**
 * Follows a kustomization through the repository, level by level, and checks all it names before kustomize may run.
 * All failures of all files at once, each with its line.
 */
export async function findClosure(
  source: FetchedSource,
  edit: Edit = (value) => ({ value, problems: [] }),
): Promise<{ readonly closure?: Closure; readonly failures: readonly Failure[] }> {
  const scan: Scan = { source, edit, kustomizations: new Map(), files: new Map(), seen: new Set(), failures: [] };
  let steps = unseen(scan, [{ folder: source.path, asPlugins: false }]);
  while (steps.length > 0) {
    if (scan.seen.size > MAX_KUSTOMIZATIONS) {
      const reason = `expected at most ${MAX_KUSTOMIZATIONS} kustomizations, found more`;
      return { failures: [...scan.failures, { file: source.path, property: "", reason }] };
    }
    const named = await readFolders(scan, steps);
    steps = unseen(scan, await follow(scan, named));
  }
  if (scan.failures.length > 0) return { failures: scan.failures.toSorted(byPlace) };
  const outside = [...scan.kustomizations.keys()].filter((folder) => !isBelow(folder, source.path)).sort();
  const closure = { kustomizations: [...scan.kustomizations.values()], files: [...scan.files.values()], outside };
  return { closure, failures: [] };
}

function byPlace(a: Failure, b: Failure): number {
  const [fileA = "", fileB = ""] = [a.file, b.file];
  return fileA === fileB ? (a.line ?? 0) - (b.line ?? 0) : fileA < fileB ? -1 : 1;
}

/** A cycle is for kustomize to report. */
function unseen({ seen }: Scan, steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ folder, asPlugins }) => {
    const key = `${asPlugins} ${folder}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Reads the kustomizations of these folders; returns what they name. */
async function readFolders(scan: Scan, steps: readonly Step[]): Promise<readonly Named[]> {
  const candidates = steps.flatMap(({ folder }) => KUSTOMIZATION_NAMES.map((name) => pathIn(folder, name)));
  const found = await scan.source.find(candidates);
  const files = steps.map((step, index) => {
    const from = index * KUSTOMIZATION_NAMES.length;
    const there = found
      .slice(from, from + KUSTOMIZATION_NAMES.length)
      .filter((entry, nth) => entry?.path === candidates[from + nth]);
    return onlyFile(
      scan,
      step,
      there.filter((entry) => entry !== undefined),
    );
  });
  const texts = await readTexts(
    scan,
    files.filter((file) => file !== undefined),
  );
  return steps.flatMap(({ folder, asPlugins }, index) => {
    const file = files[index]?.path;
    const text = file === undefined ? undefined : texts.get(file);
    if (file === undefined || text === undefined) return [];
    const { kustomization, failures } = readKustomization(
      file,
      text,
      asPlugins,
      folder === scan.source.path ? scan.edit : undefined,
    );
    scan.failures.push(...failures);
    if (kustomization === undefined) return [];
    scan.kustomizations.set(folder, kustomization);
    return kustomization.references.map((reference) => ({ reference, file, folder }));
  });
}

function onlyFile(scan: Scan, { folder, namedBy }: Step, there: readonly TreeEntry[]): TreeEntry | undefined {
  const [file, second] = there;
  if (file?.type === "file" && second === undefined) return file;
  const found = there.map(({ path, type }) => (type === "file" ? path : `${path} (a ${type})`)).join(" and ");
  fail(
    scan,
    namedBy,
    folder,
    `expected one ${KUSTOMIZATION_NAMES.join(", ")} in ${folder}, found ${found === "" ? "none" : found}`,
  );
  return undefined;
}

/** Looks at everything that was named; returns the folders. */
async function follow(scan: Scan, named: readonly Named[]): Promise<readonly Step[]> {
  const entries = await scan.source.find(named.map(({ reference }) => reference.path));
  const followed = named
    .map((name, index) => ({ name, entry: entries[index] }))
    .filter(({ name, entry }) => isRight(scan, name, entry));
  const files = followed.filter(({ entry }) => entry?.type === "file");
  for (const { entry } of files) if (entry !== undefined) scan.files.set(entry.path, entry);
  const steps = followed
    .filter(({ entry, name }) => entry?.type === "folder" || name.reference.path === ".")
    .map(({ name }) => ({ folder: name.reference.path, asPlugins: name.reference.use === "plugin", namedBy: name }));
  const plugins = files.filter(({ name }) => name.reference.use === "plugin");
  if (plugins.length > 0)
    await followPlugins(
      scan,
      plugins.map(({ name }) => name),
    );
  return steps;
}

async function followPlugins(scan: Scan, plugins: readonly Named[]): Promise<void> {
  const texts = await readTexts(
    scan,
    plugins.flatMap(({ reference }) => scan.files.get(reference.path) ?? []),
  );
  const named = plugins.flatMap(({ reference: { path: file }, folder }) => {
    const { references, failures } = readPlugins({ file, folder }, texts.get(file) ?? "");
    scan.failures.push(...failures);
    return references.map((reference) => ({ reference, file, folder }));
  });
  await follow(scan, named);
}

/** Whether there is what kustomize will look for. */
function isRight(scan: Scan, name: Named, entry: TreeEntry | undefined): boolean {
  const { path, use } = name.reference;
  const reason = path === "." ? wrongType("folder", use) : whatIsWrong(name, entry);
  if (reason !== undefined) fail(scan, name, name.folder, reason);
  return reason === undefined;
}

function whatIsWrong({ reference: { path, use }, folder }: Named, entry: TreeEntry | undefined): string | undefined {
  if (entry === undefined) return `${path} does not exist in the repository`;
  if (entry.type === "link") return `${entry.path} is a symbolic link, which is not followed`;
  if (entry.type === "submodule") return `${entry.path} is a submodule, which is not fetched`;
  if (entry.path !== path) return `${path} does not exist: ${entry.path} is a file`;
  if (entry.type === "file" && isKustomization(path)) return `${path} is a kustomization: name its folder`;
  if (entry.type === "file" && !isBelow(path, folder))
    return `kustomize reads no files outside the folder of the kustomization: ${path}`;
  return wrongType(entry.type, use, path);
}

/** In any case, for some file systems know none. */
function isKustomization(path: string): boolean {
  return KUSTOMIZATION_NAMES.some((name) => name.toLowerCase() === nameOf(path).toLowerCase());
}

function wrongType(
  type: "file" | "folder",
  use: Reference["use"],
  path = "the root of the repository",
): string | undefined {
  if (type === "folder" && use === "file") return `expected a file, ${path} is a folder`;
  return type === "file" && use === "component" ? `expected a folder, ${path} is a file` : undefined;
}

function fail({ failures }: Scan, name: Named | undefined, folder: string, reason: string): void {
  if (name === undefined) failures.push({ file: folder, property: "", reason });
  else failures.push({ file: name.file, line: name.reference.line, property: name.reference.property, reason });
}

async function readTexts(scan: Scan, files: readonly TreeEntry[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for await (const { path, content } of scan.source.contents(files, MAX_BYTES)) {
    const decoded = decodeText(path, content);
    if ("failure" in decoded) scan.failures.push(decoded.failure);
    else texts.set(path, decoded.text);
  }
  return texts;
}
