import { isList, isMembers, member, sameJson } from "./json.ts";
import type { Json } from "./object.ts";
import type { FieldPath, PathElement } from "./path.ts";

type Key = Readonly<Record<string, Json>>;

/** The value at a path, or undefined when anything on the way is absent or of another shape. */
export function valueAt(object: unknown, path: FieldPath): Json | undefined {
  return path.reduce(step, object) as Json | undefined;
}

/**
 * A copy of the object with the value at the path; missing parents and list items are created, an item with its key fields.
 * Undefined removes: the member, or the whole list item when the path ends in one. The same object when nothing changes.
 */
export function withValueAt<T>(object: T, path: FieldPath, value: Json | undefined): T {
  return put(object, path, value) as T;
}

function step(value: unknown, element: PathElement): unknown {
  if ("field" in element) return isMembers(value) ? member(value, element.field) : undefined;
  return isList(value) ? value[positionOf(value, element)] : undefined;
}

function put(object: unknown, path: FieldPath, value: Json | undefined): unknown {
  const [element, ...rest] = path;
  if (element === undefined) return value;
  const before = step(object, element);
  if (before === undefined && value === undefined) return object;
  const after = put(before ?? seedOf(element, rest), rest, value);
  if (after === before) return object;
  if ("field" in element) return withMember(isMembers(object) ? object : {}, element.field, after);
  return withItem(isList(object) ? object : [], element, after);
}

// A new list item must carry the fields that identify it before anything else is put into it.
function seedOf(element: PathElement, rest: FieldPath): unknown {
  return "key" in element && rest.length > 0 ? element.key : undefined;
}

function withMember(object: Readonly<Record<string, unknown>>, field: string, value: unknown): unknown {
  if (value !== undefined) return { ...object, [field]: value };
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== field));
}

function withItem(list: readonly unknown[], element: Exclude<PathElement, { field: string }>, item: unknown): unknown {
  const position = positionOf(list, element);
  if (item === undefined) return list.filter((_, index) => index !== position);
  if (position < 0 || position >= list.length) return [...list, item];
  return list.with(position, item);
}

function positionOf(list: readonly unknown[], element: Exclude<PathElement, { field: string }>): number {
  if ("index" in element) return element.index;
  if ("value" in element) return list.findIndex((item) => sameJson(item, element.value));
  // An update may repeat a key; of two environment variables with one name the later counts.
  const exact = list.findLastIndex((item) => isKeyed(item, element.key));
  return exact >= 0 ? exact : list.findLastIndex((item) => isKeyedByDefault(item, element.key));
}

function isKeyed(item: unknown, key: Key): boolean {
  return isMembers(item) && Object.keys(key).every((field) => sameJson(member(item, field), key[field]));
}

// Defaults of key fields in the built-in kinds' schema: a manifest may leave them out, the API server's key holds them.
const KEY_DEFAULTS: Key = { protocol: "TCP", name: "" };

function isKeyedByDefault(item: unknown, key: Key): boolean {
  if (!isMembers(item)) return false;
  const fields = Object.keys(key);
  const stated = fields.filter((field) => member(item, field) !== undefined);
  const left = fields.filter((field) => !stated.includes(field));
  const unknown = left.filter((field) => member(KEY_DEFAULTS, field) === undefined);
  // Defaults of a custom resource's key fields are not known here: any value fits, as long as another key field agrees.
  if (unknown.length > 0 && stated.length === 0) return false;
  return (
    stated.every((field) => sameJson(item[field], key[field])) &&
    left.every((field) => unknown.includes(field) || KEY_DEFAULTS[field] === key[field])
  );
}
