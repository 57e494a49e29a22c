import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";

import { parseJson } from "../exact-json.ts";
import type { Applied } from "../manifest/applied.ts";
import { member } from "../manifest/json.ts";
import type { CheckedInputs } from "../sync.protocol.ts";

/** What was applied, and what the API server answered: the memory that `read` compares the cluster with. */
export interface Memory {
  /** Object -> manifest text, Secrets masked. */
  readonly manifests: Texts;
  readonly applied: Readonly<Record<string, Applied>>;
  /** Hook -> manifest text, of the last sync; those of a deletion have to be known when Git is gone. Absent when there are none. */
  readonly hooks?: Texts;
  /** Objects and hooks whose text was left to inputs that do not have it: somebody has altered the state. Absent when there are none. */
  readonly lost?: readonly string[];
}

type Texts = Readonly<Record<string, string>>;

export const NOTHING: Memory = { manifests: {}, applied: {} };

/** The part about these objects: what else exists because of us is not what Git wants. */
export function restrict({ manifests, applied }: Memory, to: Readonly<Record<string, unknown>>): Memory {
  return { manifests: pickFrom(manifests, to), applied: pickFrom(applied, to) };
}

function pickFrom<T>(from: Readonly<Record<string, T>>, to: Readonly<Record<string, unknown>>): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([text]) => Object.hasOwn(to, text)));
}

/** Inputs that the state keeps beside what is packed. */
export type Beside = Partial<Pick<CheckedInputs, "manifests" | "hooks">>;

/** A text, or the hash of one that the inputs have under the same name. */
type PackedTexts = Readonly<Record<string, string | { readonly sha256: string }>>;

interface Packed {
  readonly manifests: PackedTexts;
  readonly applied: Readonly<Record<string, Applied>>;
  readonly hooks?: PackedTexts;
}

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** JSON, Brotli, base64: a state file is rewritten with every change. What the inputs say is not said again. */
export async function pack({ manifests, applied, hooks }: Memory, beside: Beside): Promise<string> {
  const packed: Packed = {
    ...{ manifests: shorten(manifests, beside.manifests), applied },
    ...(hooks === undefined ? {} : { hooks: shorten(hooks, beside.hooks) }),
  };
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  return (await compress(JSON.stringify(packed), { params })).toString("base64");
}

/** @param beside the inputs that were kept with it; what older code packed needs none */
export async function unpack(packed: string, beside: Beside): Promise<Memory> {
  const { manifests, applied, hooks } = parseJson(
    (await decompress(Buffer.from(packed, "base64"))).toString(),
  ) as Packed;
  const [found, foundHooks] = [complete(manifests, beside.manifests), hooks && complete(hooks, beside.hooks)];
  const lost = [...found.lost, ...(foundHooks?.lost ?? [])];
  return {
    ...{ manifests: found.texts, applied },
    ...(foundHooks === undefined ? {} : { hooks: foundHooks.texts }),
    ...(lost.length === 0 ? {} : { lost }),
  };
}

function shorten(texts: Texts, beside: Texts = {}): PackedTexts {
  const entries = Object.entries(texts).map(([name, text]) => [
    name,
    member(beside, name) === text ? { sha256: hash(text) } : text,
  ]);
  return Object.fromEntries(entries) as PackedTexts;
}

function complete(
  packed: PackedTexts,
  beside: Texts = {},
): { readonly texts: Texts; readonly lost: readonly string[] } {
  const found = Object.entries(packed).map(([name, text]) => [name, expand(name, text, beside)] as const);
  return {
    texts: Object.fromEntries(found.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]))),
    lost: found.flatMap(([name, text]) => (text === undefined ? [name] : [])),
  };
}

function expand(name: string, packed: PackedTexts[string], beside: Texts): string | undefined {
  if (typeof packed === "string") return packed;
  const text = member(beside, name);
  return typeof text === "string" && hash(text) === packed.sha256 ? text : undefined;
}

/** Short, because it guards against mistakes only. */
function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
