import { canonicalJson } from "./json.ts";
import type { Json, ObjectRef } from "./object.ts";

export interface FieldChange {
  readonly path: string;
  /** Undefined: the cluster does not have it. */
  readonly live: Json | undefined;
  /** The text of Git; undefined: Git does not state it. */
  readonly desired: Json | undefined;
  /** Field managers that set the live value. */
  readonly by?: string;
}

const LONGEST = 80;

/** One line: `Deployment qa/api: spec.replicas: 5 => 3 (set by kubectl)`. Values of Secrets must have been masked before. */
export function formatChange({ kind, namespace, name }: ObjectRef, { path, live, desired, by }: FieldChange): string {
  const object = namespace === "" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
  const author = by === undefined ? "" : ` (set by ${by})`;
  return printable(`${object}: ${path}: ${formatValue(live)} => ${formatValue(desired)}${author}`);
}

function formatValue(value: Json | undefined): string {
  if (value === undefined) return "(none)";
  const text = printable(canonicalJson(value));
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).toWellFormed()}…`;
}

// Control, format and line-separator characters could rewrite the terminal or hide what was changed.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function printable(text: string): string {
  return text.replace(UNSAFE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
