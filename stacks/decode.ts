import { closest } from "../components/application/suggest.ts";
import type { Failure } from "../components/error.ts";

/** Where a value of the configuration stands, and where its mistakes go. */
export interface Place {
  readonly property: string;
  readonly failures: Failure[];
}

/** Answers undefined after it has added what is wrong. */
export type Decoder<T> = (value: unknown, place: Place) => T | undefined;
type Decoders<T> = { readonly [K in keyof T]-?: Decoder<NonNullable<T[K]>> };

/** A text that passes `accepts`. */
export function text(expected: string, accepts: (value: string) => boolean = () => true): Decoder<string> {
  return (value, place) => {
    if (typeof value === "string" && value !== "" && accepts(value)) return value;
    const quotes = typeof value === "number" || typeof value === "boolean" ? " (put it in quotes)" : "";
    refuse(place, expected + quotes, value);
    return undefined;
  };
}

/** Bytes, at least one, in base64. */
export function base64(expected: string): Decoder<string> {
  return text(
    expected,
    (value) => /^[\w+/]+=*$/.test(value) && Buffer.from(value, "base64").toString("base64") === value,
  );
}

export function oneOf<T extends string>(...choices: readonly T[]): Decoder<T> {
  return (value, place) => {
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) refuse(place, choices.map((choice) => `"${choice}"`).join(" or "), value);
    return chosen;
  };
}

/** A top-level value of the configuration is always text, a nested one keeps its type. */
export function flag(value: unknown, place: Place): boolean | undefined {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  refuse(place, "true or false", value);
  return undefined;
}

export function integer(least: number, most: number): Decoder<number> {
  return (value, place) => {
    const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isInteger(number) && number >= least && number <= most) return number;
    refuse(place, `a whole number from ${least} to ${most}`, value);
    return undefined;
  };
}

export function list<T>(item: Decoder<T>): Decoder<readonly T[]> {
  return (value, place) => {
    const parsed = structure(value);
    if (!Array.isArray(parsed)) {
      refuse(place, "a list", value);
      return undefined;
    }
    return parsed.flatMap((element, index) => {
      const decoded = item(element, { ...place, property: `${place.property}[${index}]` });
      return decoded === undefined ? [] : [decoded];
    });
  };
}

/** A map with keys of the user's choice. The result inherits nothing, so that no key is mistaken for an inherited member. */
export function mapOf<T>(key: Decoder<string>, item: Decoder<T>): Decoder<Readonly<Record<string, T>>> {
  return (value, place) => {
    const parsed = structure(value);
    if (!isMap(parsed)) {
      refuse(place, "a map", value);
      return undefined;
    }
    const result = Object.create(null) as Record<string, T>;
    for (const [name, member] of Object.entries(parsed)) {
      const at = memberOf(place, name);
      const decoded = item(member, at);
      if (key(name, at) !== undefined && decoded !== undefined) result[name] = decoded;
    }
    return result;
  };
}

/**
 * A map with the keys of `decoders`; other keys are mistakes. Each key may be absent, or an empty text: a key in Pulumi.yaml needs a
 * default, and that is how one says "not set".
 */
export function record<T extends object>(decoders: Decoders<T>): Decoder<Partial<T>> {
  const isKey = (name: string): name is keyof T & string => Object.hasOwn(decoders, name);
  return (value, place) => {
    const parsed = structure(value);
    if (!isMap(parsed)) {
      refuse(place, "a map", value);
      return undefined;
    }
    const result: Partial<T> = {};
    for (const [name, member] of Object.entries(parsed)) {
      if (!isKey(name)) refuseKey(memberOf(place, name), name, Object.keys(decoders));
      else if (member !== null && member !== "") {
        const decoded = decoders[name](member, memberOf(place, name));
        if (decoded !== undefined) result[name] = decoded;
      }
    }
    return result;
  };
}

/** A top-level map or list of the configuration is JSON text. */
function structure(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** The map that a value is or that its JSON text holds. */
export function structureOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const parsed = structure(value);
  return isMap(parsed) ? parsed : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function memberOf(place: Place, name: string): Place {
  return { ...place, property: place.property === "gitops" ? `gitops:${name}` : `${place.property}.${name}` };
}

function refuseKey({ property, failures }: Place, name: string, known: readonly string[]): void {
  const meant = closest(name, known);
  const choice = meant === undefined ? `expected one of ${known.join(", ")}` : `did you mean "${meant}"?`;
  failures.push({ property, reason: `unknown key, ${choice}` });
}

export function refuse({ property, failures }: Place, expected: string, found: unknown): void {
  const shown = found === undefined ? "nothing" : JSON.stringify(found);
  failures.push({
    property,
    reason: `expected ${expected}, found ${shown.length > 80 ? `${shown.slice(0, 80)}...` : shown}`,
  });
}
