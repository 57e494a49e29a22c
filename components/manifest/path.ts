import { GitOpsError } from "../error.ts";
import { parseJson } from "../exact-json.ts";
import { canonicalJson, isMembers } from "./json.ts";
import type { Json } from "./object.ts";

/** One step into an object: a member, a list item by its key fields, an item of a set by its value, an item by its position. */
export type PathElement =
  | { readonly field: string }
  | { readonly key: Readonly<Record<string, Json>> }
  | { readonly value: Json }
  | { readonly index: number };

export type FieldPath = readonly PathElement[];

/**
 * Reads one element of FieldsV1 (`f:name`, `k:{"name":"api"}`, `v:"x"`, `i:0`), the format of sigs.k8s.io/structured-merge-diff.
 * @throws GitOpsError Unsupported for any other text.
 */
export function parseElement(text: string): PathElement {
  const rest = text.slice(2);
  if (text.startsWith("f:")) return { field: rest };
  if (text.startsWith("k:")) return { key: parseKey(rest) };
  if (text.startsWith("v:")) return { value: parseJson(rest) as Json };
  if (/^i:\d+$/.test(text)) return { index: Number(rest) };
  throw new GitOpsError(`managedFields hold an element of an unknown form: ${JSON.stringify(text)}`, {
    code: "Unsupported",
  });
}

function parseKey(text: string): Readonly<Record<string, Json>> {
  const key: unknown = parseJson(text);
  if (isMembers(key)) return key as Readonly<Record<string, Json>>;
  throw new GitOpsError(`managedFields hold a list key that is no object: ${text}`, { code: "Unsupported" });
}

export function sameElement(a: PathElement, b: PathElement): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/**
 * The path as a person reads it, and different for different paths:
 * `spec.template.spec.containers[name=api].env[name=DEBUG]`, `metadata.labels["app.kubernetes.io/name"]`,
 * `metadata.finalizers[="x"]`, `args[0]`.
 */
export function formatPath(path: FieldPath): string {
  return path.map(formatElement).join("").replace(/^\./, "");
}

const PLAIN_FIELD = /^[A-Za-z_$][\w$-]*$/;
const PLAIN_TEXT = /^(?!(?:true|false|null)$)[A-Za-z_/][\w./-]*$/;

function formatElement(element: PathElement): string {
  if ("field" in element) return PLAIN_FIELD.test(element.field) ? `.${element.field}` : `[${quote(element.field)}]`;
  if ("index" in element) return `[${element.index}]`;
  if ("value" in element) return `[=${canonicalJson(element.value)}]`;
  const fields = Object.keys(element.key).sort();
  return `[${fields.map((field) => formatKeyField(field, element.key[field])).join(",")}]`;
}

function formatKeyField(field: string, value: Json | undefined): string {
  const name = PLAIN_FIELD.test(field) ? field : quote(field);
  const plain = typeof value === "string" && PLAIN_TEXT.test(value);
  return `${name}=${plain ? value : canonicalJson(value)}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
