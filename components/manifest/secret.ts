import { createHmac } from "node:crypto";
import { canonicalJson, isMembers } from "./json.ts";
import type { Members } from "./json.ts";
import type { Manifest } from "./object.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Whether the object is a core v1 Secret; other groups have kinds of that name. */
export function isSecret({ apiVersion, kind }: Manifest): boolean {
  return apiVersion === "v1" && kind === "Secret";
}

/** The fields of a Secret that hold no secret. */
const OPEN: readonly string[] = ["apiVersion", "kind", "metadata", "type", "immutable"];
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A field and what is wrong with it. */
type Problem = readonly [property: string, reason: string];

/**
 * What the API server would refuse of the values of a Secret, told without them. It has to be found before they are masked: a number
 * that has become the text of a hash would be accepted.
 */
export function findSecretProblems(manifest: Members): readonly Problem[] {
  const { apiVersion, kind } = manifest;
  if (apiVersion !== "v1" || kind !== "Secret") return [];
  return (["data", "stringData"] as const).flatMap((field): readonly Problem[] => {
    const values = manifest[field] ?? {};
    if (!isMembers(values)) return [[field, "expected a map of texts"]];
    return Object.entries(values).flatMap(([name, value]): readonly Problem[] => {
      const reason = reasonAgainst(field, value);
      return reason === undefined ? [] : [[`${field}[${JSON.stringify(name)}]`, reason]];
    });
  });
}

function reasonAgainst(field: "data" | "stringData", value: unknown): string | undefined {
  if (value === null) return undefined;
  if (typeof value !== "string") return "expected a text: put it in quotes";
  if (field === "stringData" || BASE64.test(value.replace(/[\r\n]/g, ""))) return undefined;
  return "expected base64; text as it is goes into stringData";
}

/**
 * Folds `stringData` into base64 `data`, where `stringData` wins, as the API server does on every write.
 * Values that are no strings stay in `stringData`, where the API server will refuse them.
 */
export function foldSecret(manifest: Manifest): Manifest {
  if (!isSecret(manifest) || !isMembers(manifest["stringData"])) return manifest;
  const { stringData, ...rest } = manifest;
  const given = Object.entries(stringData);
  const folded = given.filter(([, value]) => typeof value === "string" || value === null);
  const left = given.filter(([, value]) => typeof value !== "string" && value !== null);
  const data = isMembers(rest["data"]) ? rest["data"] : {};
  return {
    ...rest,
    data: { ...data, ...Object.fromEntries(folded.map(([field, value]) => [field, toBase64(value)])) },
    ...(left.length > 0 ? { stringData: Object.fromEntries(left) } : {}),
  };
}

/**
 * The Secret with every value replaced by a keyed hash: equal values of one field give equal text, and nothing of the value can be
 * read or guessed without the key. So are fields that a Secret does not have, for they may be misspelled `data`. kubectl's copy of the
 * whole object in an annotation is removed.
 * Other kinds are returned as they are.
 * @param key secret text, the same for everything that is to be compared
 */
export function maskSecret(manifest: Manifest, key: string): Manifest {
  if (!isSecret(manifest)) return manifest;
  const folded = foldSecret(manifest);
  const closed = Object.keys(folded).filter((field) => !OPEN.includes(field));
  const masked = closed.map((field) => [field, maskField(folded, field, key)] as const);
  return { ...folded, metadata: withoutLastApplied(folded.metadata), ...Object.fromEntries(masked) };
}

function maskField(manifest: Manifest, field: string, key: string): unknown {
  const values = manifest[field];
  if (values === undefined || values === null) return values;
  if (!isMembers(values)) return mask(field, values, key);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, mask(name, value, key)]));
}

// The name is part of the hash, so that two fields with one value do not show that they are equal.
function mask(name: string, value: unknown, key: string): string {
  const hash = createHmac("sha256", key).update(name).update("\0").update(rawOf(value)).digest("hex");
  return `hmac:${hash.slice(0, 16)}`;
}

// The API server answers base64 in one spelling, people write it in several: hash what it stands for.
function rawOf(value: unknown): Buffer {
  if (value === null) return Buffer.alloc(0);
  if (typeof value !== "string") return Buffer.from(canonicalJson(value));
  const decoded = Buffer.from(value, "base64");
  return decoded.toString("base64") === value.replace(/\s/g, "") ? decoded : Buffer.from(value);
}

function toBase64(value: unknown): string {
  return typeof value === "string" ? Buffer.from(value).toString("base64") : "";
}

function withoutLastApplied(metadata: Manifest["metadata"]): Manifest["metadata"] {
  if (metadata.annotations?.[LAST_APPLIED] === undefined) return metadata;
  const annotations = Object.entries(metadata.annotations).filter(([name]) => name !== LAST_APPLIED);
  return { ...metadata, annotations: Object.fromEntries(annotations) };
}
