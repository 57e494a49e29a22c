import { isMap, isNode, isScalar, isSeq, Scalar } from "yaml";
import type { Node } from "yaml";
import type { Failure } from "../error.ts";
import type { YamlDocument } from "./document.ts";
import { memberPath, quote } from "./quote.ts";
import { whereIs } from "./fields.ts";
import type { FieldTable } from "./fields.ts";
import { closest } from "./suggest.ts";

const NOTHING = new Scalar(null);

/** A value in a document: what it is called, and the node that tells its line (the key, where there is one). */
export interface Place {
  readonly node: Node;
  readonly path: string;
  readonly at: Node;
}

/** Reads one document. Every reading function answers undefined after it has added what is wrong to `failures`. */
export interface Reader {
  readonly file: string;
  readonly document: YamlDocument;
  readonly failures: Failure[];
}

export type Fields = ReadonlyMap<string, Place>;

export function fail({ file, document, failures }: Reader, { at, path }: Place, reason: string): void {
  failures.push({ file, line: document.lineOf(at), property: path, reason });
}

/**
 * The members of a map that are to be read. One that is null is absent, as it is for the API server, and one that is not supported
 * yet may be empty, as Argo CD treats an empty `kustomize: {}` as absent.
 */
export function readFields(reader: Reader, place: Place, table: FieldTable): Fields | undefined {
  const members = readMembers(reader, place);
  if (members === undefined) return undefined;
  const fields = new Map<string, Place>();
  for (const [name, member] of members) {
    const rule = Object.hasOwn(table, name) ? table[name] : undefined;
    if (rule === undefined) fail(reader, member, describeUnknown(name, table));
    else if (rule === "read" && !isNull(member.node)) fields.set(name, member);
    else if (typeof rule === "object" && !isEmpty(member.node))
      fail(reader, member, `not supported yet: ${rule.notYet}`);
  }
  return fields;
}

/** Every member of a map, whatever it is called. */
export function readMembers(reader: Reader, place: Place): Fields | undefined {
  const { document } = reader;
  if (!isMap(place.node)) {
    fail(reader, place, `expected a map, found ${describe(place.node)}`);
    return undefined;
  }
  const members = new Map<string, Place>();
  for (const { key, value } of place.node.items) {
    const name = isNode(key) ? document.resolve(key) : undefined;
    const node = isNode(value) ? document.resolve(value) : NOTHING;
    if (name === undefined || node === undefined) continue;
    if (!isScalar(name) || typeof name.value !== "string") {
      fail(reader, { ...place, at: name }, `expected a field name, found ${describe(name)}`);
    } else members.set(name.value, { node, path: memberPath(place.path, name.value), at: isNode(key) ? key : node });
  }
  return members;
}

export function readText(reader: Reader, place: Place): string | undefined {
  const { node } = place;
  if (isScalar(node) && typeof node.value === "string") return node.value;
  const advice = isScalar(node) && !isNull(node) ? ": put it in quotes" : "";
  fail(reader, place, `expected a text, found ${describe(node)}${advice}`);
  return undefined;
}

export function readFlag(reader: Reader, place: Place): boolean | undefined {
  const { node } = place;
  if (isScalar(node) && typeof node.value === "boolean") return node.value;
  fail(reader, place, `expected true or false, found ${describe(node)}`);
  return undefined;
}

/** A whole number written in plain decimal digits: 010, 1e3 or 0x1 mean different numbers to different YAML readers. */
export function readInteger(reader: Reader, place: Place): number | undefined {
  const { node } = place;
  if (isScalar(node) && typeof node.value === "number" && /^-?(0|[1-9]\d{0,14})$/.test(node.source ?? ""))
    return node.value;
  fail(reader, place, `expected a whole number, found ${describe(node)}`);
  return undefined;
}

export function readList(reader: Reader, place: Place): readonly Place[] | undefined {
  if (!isSeq(place.node)) {
    fail(reader, place, `expected a list, found ${describe(place.node)}`);
    return undefined;
  }
  return place.node.items.flatMap((item, index) => {
    const node = isNode(item) ? reader.document.resolve(item) : NOTHING;
    return node === undefined ? [] : [{ node, path: `${place.path}[${index}]`, at: isNode(item) ? item : place.at }];
  });
}

/** A required member: its absence is a mistake of the map it should stand in. */
export function required<T>(
  reader: Reader,
  owner: Place,
  fields: Fields,
  name: string,
  read: (reader: Reader, place: Place) => T | undefined,
): T | undefined {
  const place = fields.get(name);
  if (place !== undefined) return read(reader, place);
  fail(reader, { ...owner, path: memberPath(owner.path, name) }, "required, but not there");
  return undefined;
}

export function optional<T>(
  reader: Reader,
  fields: Fields | undefined,
  name: string,
  read: (reader: Reader, place: Place) => T | undefined,
): T | undefined {
  const place = fields?.get(name);
  return place === undefined ? undefined : read(reader, place);
}

/** `the number 1.0`, `a list`, `"abc"`. */
export function describe(node: Node): string {
  if (isMap(node)) return "a map";
  if (isSeq(node)) return "a list";
  if (!isScalar(node) || isNull(node)) return "nothing";
  if (typeof node.value === "string") return quote(node.value);
  const kind =
    typeof node.value === "boolean" ? `the boolean` : typeof node.value === "number" ? "the number" : "the value";
  return `${kind} ${quote(node.source ?? String(node.value)).slice(1, -1)}`;
}

function isNull(node: Node): boolean {
  return isScalar(node) && node.value === null;
}

function isEmpty(node: Node): boolean {
  if (isMap(node) || isSeq(node)) return node.items.length === 0;
  return isScalar(node) && (node.value === null || node.value === "" || node.value === false);
}

function describeUnknown(name: string, table: FieldTable): string {
  if (name === "<<") return "merge keys are not supported: write the fields out";
  const meant = closest(name, Object.keys(table));
  if (meant !== undefined) return `unknown field, did you mean ${quote(meant)}?`;
  const home = whereIs(name);
  return home === undefined ? "unknown field" : `unknown field here, it belongs in ${home}`;
}
