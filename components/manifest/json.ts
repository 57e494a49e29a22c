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
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isMembers(value)) return value === undefined ? "null" : JSON.stringify(value);
  // One string that grows: this runs over every object of an environment in each check.
  let text = "";
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (item !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
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
