import { createHash } from "node:crypto";

export type Members = Readonly<Record<string, unknown>>;

/** An object with members, as opposed to a list, null or a scalar. */
export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** JSON with keys in code-unit order and no spaces, so that equal values give equal text. Undefined members are left out. */
export function canonicalJson(value: unknown): string {
  if (value === undefined) return "null";
  // What was canonical text before it was read mostly still is in order, and V8 writes that many times faster than we do.
  if (isInOrder(value)) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value as Members).filter(([, item]) => item !== undefined);
  const inOrder = members.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${inOrder.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}

/** Whether all keys are in code-unit order, which JavaScript does not have for those that look like numbers. */
function isInOrder(value: unknown): boolean {
  if (isList(value)) return value.every(isInOrder);
  if (!isMembers(value)) return true;
  let before = "";
  for (const key of Object.keys(value)) {
    if (key < before || !isInOrder(value[key])) return false;
    before = key;
  }
  return true;
}

/** The first 32 hexadecimal digits of the SHA-256 of the value's canonical JSON. */
export function digest(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 32);
}

/** Deep equality that ignores the order of members and takes a null member for an absent one, as the API server's typed decoding does. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b || (isNothing(a) && isNothing(b))) return true;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isMembers(a) || !isMembers(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return keys.values().every((key) => sameJson(member(a, key), member(b, key)));
}

/** An own member; never one of the prototype's, whatever the key. */
export function member(value: Members, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
