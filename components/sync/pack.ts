import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";

import { parseJson } from "../exact-json.ts";
import type { Applied } from "../manifest/applied.ts";

/** What was applied, and what the API server answered: the memory that `read` compares the cluster with. */
export interface Memory {
  /** Object -> manifest text, Secrets masked. */
  readonly manifests: Readonly<Record<string, string>>;
  readonly applied: Readonly<Record<string, Applied>>;
  /** Hook -> manifest text, of the last sync; those of a deletion have to be known when Git is gone. Absent when there are none. */
  readonly hooks?: Readonly<Record<string, string>>;
}

export const NOTHING: Memory = { manifests: {}, applied: {} };

/** The part about these objects: what else exists because of us is not what Git wants. */
export function restrict({ manifests, applied }: Memory, to: Readonly<Record<string, unknown>>): Memory {
  return { manifests: pickFrom(manifests, to), applied: pickFrom(applied, to) };
}

function pickFrom<T>(from: Readonly<Record<string, T>>, to: Readonly<Record<string, unknown>>): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([text]) => Object.hasOwn(to, text)));
}

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** JSON, Brotli, base64: manifests repeat themselves, and a state file is rewritten with every change. */
export async function pack(memory: Memory): Promise<string> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  return (await compress(JSON.stringify(memory), { params })).toString("base64");
}

export async function unpack(packed: string): Promise<Memory> {
  return parseJson((await decompress(Buffer.from(packed, "base64"))).toString()) as Memory;
}
