import type { Source } from "./application.ts";
import { refuseChartURL } from "./chart-url.ts";
import { readDirectory } from "./directory.ts";
import { FIELDS } from "./fields.ts";
import { readHelm } from "./helm.ts";
import { readKustomize } from "./kustomize.ts";
import { quote } from "./quote.ts";
import { fail, optional, readFields, readList, readText, required } from "./reader.ts";
import type { Fields, Place, Reader } from "./reader.ts";
import { textLike } from "./record.ts";
import { refuseRepoURL } from "./repo-url.ts";

const BLOCKS = ["kustomize", "helm", "directory"] as const;

const readRef = textLike(/^[A-Za-z0-9_-]+$/, "a name of letters, digits, - and _");
const readChartName = textLike(/^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/, "the name of a chart");

/** `spec.sources` where there are any, else `spec.source`, as in Argo CD. */
export function readSources(reader: Reader, spec: Place, fields: Fields): readonly Source[] | undefined {
  const place = fields.get("sources");
  const items = place === undefined ? [] : readList(reader, place);
  if (items === undefined) return undefined;
  if (place === undefined || items.length === 0) {
    const only = required(reader, spec, fields, "source", (_, source) => readSource(reader, source, false));
    if (only !== undefined) checkRefs(reader, fields.get("source") ?? spec, [only]);
    return only === undefined ? undefined : [only];
  }
  const sources = items.flatMap((item) => readSource(reader, item, true) ?? []);
  if (sources.length < items.length) return undefined;
  checkRefs(reader, place, sources);
  return sources;
}

function readSource(reader: Reader, place: Place, isOneOfSeveral: boolean): Source | undefined {
  const fields = readFields(reader, place, FIELDS["spec.source"]);
  if (fields === undefined) return undefined;
  const repoURL = required(reader, place, fields, "repoURL", fields.has("chart") ? readChartURL : readRepoURL);
  const targetRevision = optional(reader, fields, "targetRevision", readRevision) ?? "HEAD";
  const tagPrefix = optional(reader, fields, "tagPrefix", readTagPrefix);
  const settings = readSettings(reader, fields);
  const chart = optional(reader, fields, "chart", readChartName);
  const ref = optional(reader, fields, "ref", readRef);
  checkKind(reader, place, fields, isOneOfSeveral);
  const needsPath = !fields.has("chart") && !(isOneOfSeveral && fields.has("ref"));
  const path = (needsPath ? required : optionalOf)(reader, place, fields, "path", readPath);
  if (repoURL === undefined || (needsPath && path === undefined)) return undefined;
  return {
    ...{ repoURL, targetRevision, ...settings },
    ...(tagPrefix === undefined ? {} : { tagPrefix }),
    ...(path === undefined ? {} : { path }),
    ...(chart === undefined ? {} : { chart }),
    ...(ref === undefined ? {} : { ref }),
  };
}

const optionalOf: typeof required = (reader, _owner, fields, name, read) => optional(reader, fields, name, read);

/** The blocks of the tools. Argo CD takes at most one: it says what renders the source. */
export function readSettings(reader: Reader, fields: Fields): Pick<Source, (typeof BLOCKS)[number]> {
  const kustomize = optional(reader, fields, "kustomize", readKustomize);
  const helm = optional(reader, fields, "helm", readHelm);
  const directory = optional(reader, fields, "directory", readDirectory);
  const blocks = Object.entries({ kustomize, helm, directory }).filter(
    ([, block]) => block !== undefined && Object.keys(block).length > 0,
  );
  const [first, second] = blocks.map(([name]) => name);
  const at = second === undefined ? undefined : fields.get(second);
  if (at !== undefined) fail(reader, at, `expected one of ${BLOCKS.join(", ")}, found ${first} and ${second}`);
  return Object.fromEntries(blocks);
}

function checkKind(reader: Reader, place: Place, fields: Fields, isOneOfSeveral: boolean): void {
  const [chart, ref] = [fields.get("chart"), fields.get("ref")];
  if (ref !== undefined && !isOneOfSeveral) fail(reader, ref, "expected only in spec.sources, of which it names one");
  if (chart === undefined) return;
  for (const name of ["path", "ref", "kustomize", "directory"]) {
    const other = fields.get(name);
    if (other !== undefined) fail(reader, other, "expected no such field beside chart");
  }
  // As in Argo CD: the newest chart of a repository may be anything.
  if (!fields.has("targetRevision"))
    fail(reader, place, "expected targetRevision beside chart: its version, or a range like 1.2.x");
}

/** A name that no source has would be read as a path that does not exist, or exists by accident. */
function checkRefs(reader: Reader, place: Place, sources: readonly Source[]): void {
  const refs = sources.flatMap(({ ref }) => ref ?? []);
  const twin = refs.find((ref, index) => refs.indexOf(ref) !== index);
  if (twin !== undefined) fail(reader, place, `expected different names, found the ref ${quote(twin)} twice`);
  const used = sources.flatMap(({ helm = {} }) => [
    ...(helm.valueFiles ?? []),
    ...(helm.fileParameters ?? []).map(({ path }) => path),
  ]);
  for (const path of used) {
    const name = /^\$([^/]*)/.exec(path)?.[1];
    if (name === undefined || /^\{?ARGOCD_/.test(name) || refs.includes(name)) continue;
    fail(reader, place, `no source has the ref ${quote(name)} of ${quote(path)}`);
  }
}

function readRepoURL(reader: Reader, place: Place): string | undefined {
  return readUnrefused(reader, place, refuseRepoURL);
}

function readChartURL(reader: Reader, place: Place): string | undefined {
  return readUnrefused(reader, place, refuseChartURL);
}

function readUnrefused(reader: Reader, place: Place, refuse: (text: string) => string | undefined): string | undefined {
  const text = readText(reader, place);
  const refusal = text === undefined ? undefined : refuse(text);
  if (refusal === undefined) return text;
  fail(reader, place, refusal);
  return undefined;
}

/** `k8s/./base/` and `k8s/base` are one folder with one spelling: what is cached by path is found again. */
function readPath(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text === undefined) return undefined;
  const parts = text.split("/");
  if (text === "" || parts[0] === "" || parts.includes("..") || /[\p{Cc}\\]/u.test(text)) {
    fail(reader, place, `expected a folder in the repository, relative and without .., found ${quote(text)}`);
    return undefined;
  }
  return parts.filter((part) => part !== "" && part !== ".").join("/") || ".";
}

function readRevision(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text === undefined) return undefined;
  if (!isRevision(text)) {
    fail(reader, place, `expected a branch, a tag, a commit, HEAD or a range of versions, found ${quote(text)}`);
    return undefined;
  }
  return text === "" ? "HEAD" : text;
}

function readTagPrefix(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  // Argo CD: the empty prefix is none.
  if (text === undefined || text === "") return undefined;
  if (isRevision(text)) return text;
  fail(reader, place, `expected the beginning of a tag, found ${quote(text)}`);
  return undefined;
}

/** A leading dash would be an option to Git. What else a name must be is for Git to say. */
export function isRevision(text: string): boolean {
  return text.length <= 255 && !text.startsWith("-") && !/[\p{Cc}\p{Cf}\\]/u.test(text);
}
