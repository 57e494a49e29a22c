import type { Secrets } from "../sync.protocol.ts";

/** An Application as far as it tells secrets from what is no secret. */
export interface Knowing {
  readonly environment: string;
  readonly application: string;
  readonly secrets: Secrets;
  /** Without values of Secrets; of what is in them nothing is hidden. */
  readonly manifests?: Readonly<Record<string, string>>;
}

/** Shorter ones are words rather than secrets, and would be found everywhere. */
const SHORTEST = 6;
const HIDDEN = "(secret)";
const CUT = "…";

/** Values by their beginnings: a sentence is looked through once, however many values there are. */
const known = new Map<string, Set<string>>();

/** Remembers for this process what is not to be said. A value that stands in the open as well, such as a user's name, is said. */
export function learnSecrets({ environment, application, secrets, manifests = {} }: Knowing): void {
  const open = [environment, application, ...Object.entries(manifests).flat()].join("\n");
  for (const values of Object.values(secrets.values)) {
    for (const base64 of Object.values(values)) {
      for (const text of formsOf(base64)) if (text.length >= SHORTEST && !open.includes(text)) remember(text);
    }
  }
}

function remember(value: string): void {
  const beginning = value.slice(0, SHORTEST);
  known.set(beginning, (known.get(beginning) ?? new Set()).add(value));
}

/** A sentence without values of Secrets. Others may quote them: a program that ends in an error, a webhook that refuses another object. */
export function scrub(sentence: string): string {
  const found = beginningsIn(sentence).flatMap(({ at, values }) =>
    [...values].filter((value) => sentence.startsWith(value, at)),
  );
  // The longest first, or the rest of it would stay.
  const longestFirst = found.toSorted((a, b) => b.length - a.length);
  return withoutHalf(longestFirst.reduce((text, value) => text.replaceAll(value, HIDDEN), sentence));
}

/** The client cuts what is too long, and what stood there may have been the beginning of a secret. */
function withoutHalf(sentence: string): string {
  if (!sentence.endsWith(CUT)) return sentence;
  const text = sentence.slice(0, -CUT.length);
  const half = beginningsIn(text).find(({ at, values }) =>
    values.values().some((value) => value.startsWith(text.slice(at))),
  );
  return half === undefined ? sentence : `${text.slice(0, half.at)}${HIDDEN}${CUT}`;
}

interface Beginning {
  readonly at: number;
  readonly values: ReadonlySet<string>;
}

function beginningsIn(text: string): readonly Beginning[] {
  const beginnings: Beginning[] = [];
  for (let at = 0; at + SHORTEST <= text.length; at++) {
    const values = known.get(text.slice(at, at + SHORTEST));
    if (values !== undefined) beginnings.push({ at, values });
  }
  return beginnings;
}

/** As it is, line by line, as part of a URL, and as the API has it. */
function formsOf(base64: unknown): readonly string[] {
  if (typeof base64 !== "string") return [];
  const text = Buffer.from(base64, "base64").toString();
  return [base64, text, encodeURIComponent(text.toWellFormed()), ...text.split(/\r?\n/)].map((form) => form.trim());
}
