import type { FieldPath, FieldsV1 } from "./fields.ts";
import { nodeAt, unionFields, valueAt, withValueAt } from "./fields.ts";
import { canonicalJson, isList, isMembers } from "./json.ts";
import type { Manifest } from "./object.ts";
import type { PathElement } from "./path.ts";

export interface Omission {
  readonly body: Manifest;
  /** What the manifest states and the body does not. */
  readonly left: FieldsV1;
}

/**
 * The manifest without fields that are somebody else's to set, for a server-side apply: what an applier does not state it does
 * not touch. A value that is owned as a whole cannot be stated in part, an item needs its key, and one that is new all of it,
 * so those stay.
 * @param fields all managers' fields of the live object
 */
export function omit(manifest: Manifest, live: Manifest, paths: readonly FieldPath[], fields: FieldsV1): Omission {
  const free = paths.filter((path) => valueAt(manifest, path) !== undefined && isFree(path, live, fields));
  return {
    body: free.reduce(without, manifest),
    left: free.map(fieldsAt).reduce<FieldsV1>(unionFields, {}),
  };
}

function isFree(path: FieldPath, live: Manifest, fields: FieldsV1): boolean {
  const around = path.map((_, index) => path.slice(0, index)).filter(({ length }) => length > 0);
  return (
    !isKey(path) &&
    !path.some((element) => "index" in element) &&
    around.every((parent) => isField(parent.at(-1)) || valueAt(live, parent) !== undefined) &&
    !around.some((parent) => isWhole(fields, parent))
  );
}

function isKey(path: FieldPath): boolean {
  const [parent, last] = path.slice(-2);
  return parent !== undefined && last !== undefined && "key" in parent && "field" in last && last.field in parent.key;
}

function isField(element: PathElement | undefined): boolean {
  return element !== undefined && "field" in element;
}

/** Owned as a whole: somebody has it, and nobody has anything in it. */
function isWhole(fields: FieldsV1, path: FieldPath): boolean {
  const node = nodeAt(fields, path);
  return node !== undefined && Object.keys(node).every((element) => element === ".");
}

/** An empty map that is left behind would be a statement of its own. */
function without(manifest: Manifest, path: FieldPath): Manifest {
  const rest = withValueAt(manifest, path, undefined);
  const parent = path.slice(0, -1);
  return isField(parent.at(-1)) && isEmpty(valueAt(rest, parent)) ? without(rest, parent) : rest;
}

function isEmpty(value: unknown): boolean {
  if (isList(value)) return value.length === 0;
  return isMembers(value) && Object.keys(value).length === 0;
}

function fieldsAt(path: FieldPath): FieldsV1 {
  return path.reduceRight<FieldsV1>((node, element) => ({ [textOf(element)]: node }), {});
}

function textOf(element: PathElement): string {
  if ("field" in element) return `f:${element.field}`;
  if ("key" in element) return `k:${canonicalJson(element.key)}`;
  return "value" in element ? `v:${canonicalJson(element.value)}` : `i:${element.index}`;
}
