import { digest } from "./json.ts";
import { parseElement, sameElement } from "./path.ts";
import type { FieldPath, PathElement } from "./path.ts";

export { formatPath } from "./path.ts";
export type { FieldPath, PathElement } from "./path.ts";
export { valueAt, withValueAt } from "./value.ts";

/**
 * A set of fields as the API server writes it (sigs.k8s.io/structured-merge-diff): a node without children, or with the
 * child ".", is itself in the set.
 */
export interface FieldsV1 {
  readonly [element: string]: FieldsV1;
}

export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldsV1;
  readonly subresource?: string;
}

const SELF = ".";

/**
 * The paths that have no further path below them. A map or list item counts only through what is in it, unless it is empty.
 * @throws GitOpsError Unsupported when an element has an unknown form.
 */
export function leavesOf(fields: FieldsV1): readonly FieldPath[] {
  return childrenOf(fields).flatMap(([element, node]) => leavesUnder(node, [parseElement(element)]));
}

function leavesUnder(node: FieldsV1, path: FieldPath): readonly FieldPath[] {
  const children = childrenOf(node);
  if (children.length === 0) return [path];
  return children.flatMap(([element, child]) => leavesUnder(child, [...path, parseElement(element)]));
}

/** `a` without the leaves that are in `b`, or below a leaf of `b`: who owns a field as a whole owns what is in it. */
export function subtractFields(a: FieldsV1, b: FieldsV1): FieldsV1 {
  return mapChildren(a, (element, node) => {
    const other = childAt(b, element);
    if (other === undefined) return node;
    if (isLeaf(other)) return undefined;
    if (isLeaf(node)) return isInSet(other) ? undefined : node;
    return unlessEmpty(subtractFields(node, other));
  });
}

export function unionFields(a: FieldsV1, b: FieldsV1): FieldsV1 {
  const added = childrenOf(b).filter(([element]) => childAt(a, element) === undefined);
  const merged = mapChildren(a, (element, node) => {
    const other = childAt(b, element);
    return other === undefined ? node : unionNodes(node, other);
  });
  return { ...merged, ...Object.fromEntries(added) };
}

function unionNodes(a: FieldsV1, b: FieldsV1): FieldsV1 {
  const union = unionFields(a, b);
  if (isLeaf(union)) return {};
  return isInSet(a) || isInSet(b) ? { [SELF]: {}, ...union } : union;
}

/** The part of the set whose leaves `keep` accepts. */
export function filterFields(fields: FieldsV1, keep: (path: FieldPath) => boolean, path: FieldPath = []): FieldsV1 {
  return mapChildren(fields, (element, node) => {
    const here = [...path, parseElement(element)];
    if (isLeaf(node)) return keep(here) ? node : undefined;
    return unlessEmpty(filterFields(node, keep, here));
  });
}

/** The leaves of `a` at which `b` has nothing at all. Unlike subtractFields, an owned `emptyDir: {}` does not cover what others put into it. */
export function leavesOutside(a: FieldsV1, b: FieldsV1, path: FieldPath = []): readonly FieldPath[] {
  return childrenOf(a).flatMap(([element, node]) => {
    const here = [...path, parseElement(element)];
    const other = childAt(b, element);
    if (isLeaf(node)) return other === undefined ? [here] : [];
    return leavesOutside(node, other ?? {}, here);
  });
}

/** 32 hexadecimal digits that do not depend on the order of elements. */
export function hashFields(fields: FieldsV1): string {
  return digest(fields);
}

/** The node at a path: undefined when neither the path nor anything below it is in the set. */
export function nodeAt(fields: FieldsV1, path: FieldPath): FieldsV1 | undefined {
  return path.reduce<FieldsV1 | undefined>((node, element) => node && childOf(node, element), fields);
}

/** Whether the path itself is in the set, and not only something below it. */
export function holds(fields: FieldsV1, path: FieldPath): boolean {
  const node = nodeAt(fields, path);
  return node !== undefined && isInSet(node);
}

/** Whether the path or anything around or below it is owned: who owns a field as a whole owns what is in it. */
export function concerns(fields: FieldsV1, path: FieldPath): boolean {
  return path.some((_, index) => isLeafAt(fields, path.slice(0, index))) || nodeAt(fields, path) !== undefined;
}

function isLeafAt(fields: FieldsV1, path: FieldPath): boolean {
  const node = nodeAt(fields, path);
  return path.length > 0 && node !== undefined && isLeaf(node);
}

export function holdsBelow(fields: FieldsV1, path: FieldPath): boolean {
  const node = nodeAt(fields, path);
  return node !== undefined && !isLeaf(node);
}

/** What `manager` applied by server-side apply, as opposed to what it updated or wrote to a subresource. */
export function ownEntry(
  managedFields: readonly ManagedFieldsEntry[] | undefined,
  manager: string,
): ManagedFieldsEntry | undefined {
  return managedFields?.find((entry) => isOwnEntry(entry, manager));
}

export function isOwnEntry(entry: ManagedFieldsEntry, manager: string): boolean {
  return entry.manager === manager && entry.operation === "Apply" && (entry.subresource ?? "") === "";
}

function childrenOf(node: FieldsV1): readonly (readonly [string, FieldsV1])[] {
  return Object.entries(node).filter(([element]) => element !== SELF);
}

function childAt(node: FieldsV1, element: string): FieldsV1 | undefined {
  return Object.hasOwn(node, element) ? node[element] : undefined;
}

// List keys and set values are compared as values: their spelling is the API server's.
function childOf(node: FieldsV1, element: PathElement): FieldsV1 | undefined {
  if ("field" in element) return childAt(node, `f:${element.field}`);
  return childrenOf(node).find(([text]) => sameElement(parseElement(text), element))?.[1];
}

function isLeaf(node: FieldsV1): boolean {
  return childrenOf(node).length === 0;
}

function isInSet(node: FieldsV1): boolean {
  return Object.hasOwn(node, SELF) || isLeaf(node);
}

function unlessEmpty(node: FieldsV1): FieldsV1 | undefined {
  return isLeaf(node) ? undefined : node;
}

function mapChildren(node: FieldsV1, change: (element: string, node: FieldsV1) => FieldsV1 | undefined): FieldsV1 {
  const entries = Object.entries(node).map(([element, child]): readonly [string, FieldsV1 | undefined] => [
    element,
    element === SELF ? child : change(element, child),
  ]);
  return Object.fromEntries(entries.filter((entry): entry is [string, FieldsV1] => entry[1] !== undefined));
}
