import type { Failure } from "../error.ts";
import { readDocuments } from "./document.ts";
import type { YamlDocument } from "./document.ts";
import { isDnsSubdomain } from "./names.ts";
import { quote } from "./quote.ts";
import { fail, optional, readMembers, readText, required } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";

export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** What one file holds. A document that is no valid resource is broken; its name is told if it can still be read. */
export interface ParsedResources<T> {
  readonly file: string;
  readonly resources: readonly T[];
  readonly broken: readonly { readonly name?: string; readonly failures: readonly Failure[] }[];
}

/** One of Argo CD's kinds, and how it is read. */
export interface ResourceKind<T> {
  readonly kind: string;
  /** @default argoproj.io/v1alpha1 */
  readonly apiVersion?: string;
  /** With its article, for a message: `an Argo CD Application`. */
  readonly noun: string;
  readonly read: (reader: Reader, root: Place) => T | undefined;
  /** Why a document of another kind is not read. */
  readonly describeKind: (kind: string) => string;
}

interface Decoded<T> {
  readonly file: string;
  readonly line: number;
  readonly name: string | undefined;
  readonly resource: T | undefined;
  readonly failures: readonly Failure[];
}

const API_VERSION = "argoproj.io/v1alpha1";

/**
 * Reads resources of one of Argo CD's kinds from YAML or JSON files as they are. Every mistake of every file is found at once, and
 * one broken document hides no other. Resources of one name break each other: which of them is meant cannot be known.
 */
export function parseResources<T>(files: readonly SourceFile[], kind: ResourceKind<T>): readonly ParsedResources<T>[] {
  const decoded = files.map(({ file, text }) => ({ file, documents: decodeFile(file, text, kind) }));
  const places = placesByName(decoded.flatMap(({ documents }) => documents));
  return decoded.map(({ file, documents }) => {
    const checked = documents.map((document) => refuseSharedName(document, places));
    return {
      file,
      resources: checked.flatMap(({ resource }) => resource ?? []),
      broken: checked
        .filter(({ resource }) => resource === undefined)
        .map(({ name, failures }) => ({ ...(name === undefined ? {} : { name }), failures })),
    };
  });
}

function decodeFile<T>(file: string, text: string, kind: ResourceKind<T>): readonly Decoded<T>[] {
  const { documents, failures } = readDocuments(file, text);
  if (documents.length > 0) return documents.map((document) => decode(file, document, kind));
  const empty = [{ file, property: "", reason: `expected ${kind.noun}, found an empty file` }];
  return [{ file, line: 1, name: undefined, resource: undefined, failures: failures.length > 0 ? failures : empty }];
}

function decode<T>(file: string, document: YamlDocument, kind: ResourceKind<T>): Decoded<T> {
  const reader: Reader = { file, document, failures: [...document.failures] };
  const root: Place = { node: document.root, path: "", at: document.root };
  const resource = document.whole && isOfKind(reader, root, kind) ? kind.read(reader, root) : undefined;
  const failures = reader.failures.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const { name, line } = peekName(document, root, kind);
  return { file, name, line, resource: failures.length === 0 ? resource : undefined, failures };
}

function isOfKind<T>(reader: Reader, root: Place, resource: ResourceKind<T>): boolean {
  const { kind: expected, apiVersion: version = API_VERSION, describeKind } = resource;
  const members = readMembers(reader, root);
  if (members === undefined) return false;
  const kind = required(reader, root, members, "kind", readText);
  const apiVersion = required(reader, root, members, "apiVersion", readText);
  if (kind === undefined || apiVersion === undefined) return false;
  if (kind === expected && apiVersion === version) return true;
  const at = members.get(kind === expected ? "apiVersion" : "kind") ?? root;
  fail(
    reader,
    at,
    `${describeKind(kind)}: expected kind ${expected} of ${version}, found ${quote(kind)} of ${quote(apiVersion)}`,
  );
  return false;
}

/** Enough of a broken document to know whose it is, so that what it concerns can be left as it is. */
function peekName<T>(
  document: YamlDocument,
  root: Place,
  { kind: expected }: ResourceKind<T>,
): { readonly name: string | undefined; readonly line: number } {
  const silent: Reader = { file: "", document, failures: [] };
  const members = readMembers(silent, root);
  const kind = optional(silent, members, "kind", readText);
  const metadata = optional(silent, members, "metadata", readMembers);
  const name = optional(silent, metadata, "name", readText);
  const line = document.lineOf(metadata?.get("name")?.at ?? document.root);
  const known = name !== undefined && isDnsSubdomain(name) && (kind === undefined || kind === expected);
  return { name: known ? name : undefined, line };
}

function placesByName<T>(documents: readonly Decoded<T>[]): ReadonlyMap<string, readonly Decoded<T>[]> {
  return Map.groupBy(
    documents.filter(({ name }) => name !== undefined),
    ({ name }) => name ?? "",
  );
}

function refuseSharedName<T>(document: Decoded<T>, places: ReadonlyMap<string, readonly Decoded<T>[]>): Decoded<T> {
  const { file, line, name } = document;
  const others = (name === undefined ? [] : (places.get(name) ?? [])).filter((other) => other !== document);
  if (name === undefined || others.length === 0) return document;
  const where = others.map((other) => `${other.file}:${other.line}`).join(", ");
  const shared = { file, line, property: "metadata.name", reason: `${quote(name)} is also the name in ${where}` };
  return { ...document, resource: undefined, failures: [...document.failures, shared] };
}
