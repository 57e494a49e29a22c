import type { FieldPath } from "./fields.ts";
import { formatPath, valueAt, withValueAt } from "./fields.ts";
import { isList } from "./json.ts";
import type { Json } from "./object.ts";

/**
 * The target with, at every one of these places, what the source has there: the value, or nothing. A list item that only one
 * of the two has stays or lacks as a whole, unless it is such a place itself.
 * @param inTarget the places as they were found in the target: a position means another item in another document
 * @param inSource the same in the source
 */
export function carry<T>(
  target: T,
  source: unknown,
  inTarget: readonly FieldPath[],
  inSource: readonly FieldPath[],
): T {
  const named = [...inTarget, ...inSource].filter((path) => positionIn(path) < 0);
  const carried = named.reduce((object, path) => carryField(object, source, path), target);
  const lists = new Map([...inTarget, ...inSource].filter((path) => positionIn(path) >= 0).map(listOf));
  return lists.values().reduce((object, list) => {
    const [to, from] = [valueAt(object, list), valueAt(source, list)];
    if (!isList(to) || !isList(from)) return object;
    return withValueAt(object, list, carryItems(to, from, within(list, inTarget), within(list, inSource)));
  }, carried);
}

function carryField<T>(target: T, source: unknown, path: FieldPath): T {
  const around = path.map((_, index) => path.slice(0, index)).filter((parent) => !("field" in (parent.at(-1) ?? {})));
  const isThere = (item: FieldPath): boolean =>
    valueAt(target, item) !== undefined && valueAt(source, item) !== undefined;
  return around.every(isThere) ? withValueAt(target, path, valueAt(source, path)) : target;
}

/** Places in one list by the item's position; what is left of the path is empty for the item as a whole. */
type Items = ReadonlyMap<number, readonly FieldPath[]>;

function carryItems(to: readonly Json[], from: readonly Json[], inTarget: Items, inSource: Items): readonly Json[] {
  const kept = to.flatMap((item, index): readonly Json[] => {
    const theirs = from[index];
    if (isWhole(inTarget, index)) return isWhole(inSource, index) && theirs !== undefined ? [theirs] : [];
    if (theirs === undefined) return [item];
    return [carry(item, theirs, inTarget.get(index) ?? [], inSource.get(index) ?? [])];
  });
  const added = [...inSource.keys()].filter((index) => isWhole(inSource, index) && !isWhole(inTarget, index));
  return added.toSorted((a, b) => a - b).reduce((items, index) => items.toSpliced(index, 0, from[index] ?? null), kept);
}

function isWhole(items: Items, index: number): boolean {
  return items.get(index)?.some((rest) => rest.length === 0) === true;
}

function within(list: FieldPath, paths: readonly FieldPath[]): Items {
  const text = formatPath(list);
  const inside = paths.filter(
    (path) => positionIn(path) === list.length && formatPath(path.slice(0, list.length)) === text,
  );
  const items = Map.groupBy(inside, (path) => (path[list.length] as { readonly index: number }).index);
  return new Map([...items].map(([index, found]) => [index, found.map((path) => path.slice(list.length + 1))]));
}

/** Where in the path the first list position stands, or -1. */
function positionIn(path: FieldPath): number {
  return path.findIndex((element) => "index" in element);
}

function listOf(path: FieldPath): readonly [string, FieldPath] {
  const list = path.slice(0, positionIn(path));
  return [formatPath(list), list];
}
