import type { Failure } from "../error.ts";

/** A file's text without its byte order mark. Other encodings would be read as something else than what stands there. */
export function decodeText(file: string, content: Buffer): { readonly text: string } | { readonly failure: Failure } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(content) };
  } catch {
    return { failure: { file, property: "", reason: "expected UTF-8 text, found other bytes" } };
  }
}
