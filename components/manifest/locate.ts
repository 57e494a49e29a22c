import type { FieldPath, FieldsV1 } from "./fields.ts";
import { nodeAt, valueAt } from "./fields.ts";
import { isList, isMembers, member } from "./json.ts";
import type { Json } from "./object.ts";
import type { PathElement } from "./path.ts";
import { parseElement } from "./path.ts";

/** Part of a list; null is an end that was left open. */
export interface Slice {
  readonly start: number | null;
  readonly end: number | null;
}

/** One step of a JSON pointer (text, also where it means a position) or of a path of jq (negative positions count from the end). */
export type Step = string | number | Slice;

/**
 * The fields that a JSON pointer or a path of jq means in one document, by their identity: a list item by its key fields
 * instead of its position, as far as the list is keyed. None when it leads through an item that is not there, several for a
 * slice; a member need not be there.
 * @param fields all managers' fields of the live object: they tell how lists are keyed. Without them a `name` is taken for the key.
 */
export function locate(document: unknown, steps: readonly Step[], fields?: FieldsV1): readonly FieldPath[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [[]];
  if (isList(document)) {
    return positionsOf(document.length, step, rest).flatMap(([index, left]) =>
      under(elementAt(document, index, fields), document[index], left, fields),
    );
  }
  if (typeof step !== "string" || (!isMembers(document) && document !== undefined && document !== null)) return [];
  return under({ field: step }, isMembers(document) ? member(document, step) : undefined, rest, fields);
}

function under(
  element: PathElement,
  value: unknown,
  rest: readonly Step[],
  fields: FieldsV1 | undefined,
): readonly FieldPath[] {
  const node = fields === undefined ? undefined : (nodeAt(fields, [element]) ?? {});
  return locate(value, rest, node).map((path) => [element, ...path]);
}

/** The positions in a list of that length which a step means, each with the steps that are left. */
function positionsOf(
  length: number,
  step: Step,
  rest: readonly Step[],
): readonly (readonly [index: number, rest: readonly Step[]])[] {
  if (typeof step !== "object") {
    const index = typeof step === "number" ? (step < 0 ? length + step : step) : indexIn(step);
    return index >= 0 && index < length ? [[index, rest]] : [];
  }
  const from = boundOf(step.start ?? 0, length);
  const size = Math.max(0, boundOf(step.end ?? length, length) - from);
  const [next, ...left] = rest;
  // What follows a slice counts within the slice.
  const inside =
    next === undefined
      ? Array.from({ length: size }, (_, index) => [index, []] as const)
      : positionsOf(size, next, left);
  return inside.map(([index, steps]) => [from + index, steps]);
}

function boundOf(bound: number, length: number): number {
  return Math.min(Math.max(0, Math.trunc(bound < 0 ? length + bound : bound)), length);
}

/** Of a JSON pointer's token (RFC 6901); -1 for text that is no position. */
function indexIn(token: string): number {
  return /^(0|[1-9]\d{0,8})$/.test(token) ? Number(token) : -1;
}

function elementAt(list: readonly unknown[], index: number, fields: FieldsV1 | undefined): PathElement {
  const item = list[index];
  if (fields === undefined) {
    const name = isMembers(item) ? member(item, "name") : undefined;
    return typeof name === "string" ? { key: { name } } : { index };
  }
  const elements = Object.keys(fields)
    .filter((text) => /^[kv]:/.test(text))
    .map(parseElement);
  return elements.find((element) => valueAt(list, [element]) === item) ?? newElement(item, elements) ?? { index };
}

/** Of an item that nobody owns yet, when its neighbours tell how the list is keyed. */
function newElement(item: unknown, neighbours: readonly PathElement[]): PathElement | undefined {
  const [neighbour] = neighbours;
  if (neighbour === undefined || !("key" in neighbour) || !isMembers(item)) return undefined;
  const names = Object.keys(neighbour.key).filter((name) => member(item, name) !== undefined);
  return names.length === 0
    ? undefined
    : { key: Object.fromEntries(names.map((name) => [name, member(item, name) as Json])) };
}
