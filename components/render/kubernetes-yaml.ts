import { isScalar, LineCounter, parseAllDocuments, Scalar } from "yaml";
import type { Document, Node } from "yaml";

import { describeSyntaxErrors } from "../application/syntax.ts";
import type { Failure } from "../error.ts";
import type { Json } from "../manifest/object.ts";
import { convert } from "./kubernetes-value.ts";

/** One YAML document as JSON. */
export interface ReadDocument {
  /** Where it begins; first line is 1. */
  readonly line: number;
  readonly value: Json;
  /** Of each value by its path, such as `spec.ports[0]`. */
  readonly lines: ReadonlyMap<string, number>;
}

export interface ReadText {
  readonly documents: readonly ReadDocument[];
  readonly failures: readonly Failure[];
}

export const MAX_TEXT_CHARACTERS = 10 * 1024 * 1024;

/**
 * Reads YAML or JSON as Kubernetes does (sigs.k8s.io/yaml): every document but empty ones. Never throws.
 * Stricter in two points: duplicate keys, and characters that are line breaks to Kubernetes only.
 */
export function readKubernetesYaml(file: string, text: string): ReadText {
  if (text.length > MAX_TEXT_CHARACTERS) {
    const reason = `expected at most ${MAX_TEXT_CHARACTERS} characters, found ${text.length}`;
    return { documents: [], failures: [{ file, property: "", reason }] };
  }
  const forbidden = findForbidden(text);
  if (forbidden !== undefined) return { documents: [], failures: [{ file, ...forbidden }] };
  const lines = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const parsed = parse(text, lines);
  if (parsed === undefined)
    return { documents: [], failures: [{ file, property: "", reason: "nested too deeply to be read" }] };
  const results = parsed.filter((document) => !isEmpty(document)).map((document) => read(document, text, lineAt));
  return {
    documents: results.flatMap(({ document }) => document ?? []),
    failures: results.flatMap(({ failures }) => failures).map((failure) => ({ file, ...failure })),
  };
}

/** Undefined when the parser, which is recursive for lists of lists, runs out of stack. */
function parse(text: string, lineCounter: LineCounter): readonly Document.Parsed[] | undefined {
  try {
    return [
      ...parseAllDocuments(text, {
        lineCounter,
        prettyErrors: false,
        schema: "failsafe",
        resolveKnownTags: false,
        // Found in the conversion: the library compares each key with all others of its map.
        uniqueKeys: false,
        logLevel: "error",
      }),
    ];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isEmpty({ contents, errors }: Document.Parsed): boolean {
  if (errors.length > 0) return false;
  return contents === null || (isScalar(contents) && contents.value === "" && contents.type === "PLAIN");
}

function read(
  { contents, errors }: Document.Parsed,
  text: string,
  lineAt: (offset: number) => number,
): { readonly document?: ReadDocument; readonly failures: readonly Failure[] } {
  const root = contents ?? new Scalar("");
  if (errors.length > 0) return describeSyntaxErrors(root, errors, text, lineAt);
  const lineOf = (node: Node): number => lineAt(node.range?.[0] ?? 0);
  const { value, lines, failures } = convert(root, lineOf);
  return failures.length > 0 || value === null
    ? { failures }
    : { document: { line: lineOf(root), value, lines }, failures };
}

// Control characters are refused by Kubernetes too. The last three are line breaks in its YAML 1.1 only, so that a comment or a text could
// end earlier for it than for us.
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\x85\u2028\u2029]/;

function findForbidden(text: string): Omit<Failure, "file"> | undefined {
  const at = text.search(FORBIDDEN);
  if (at < 0) return undefined;
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0");
  const line = text.slice(0, at).split("\n").length;
  return {
    line,
    property: "",
    reason: `the character U+${code} is not allowed: write it as an escape or leave it out`,
  };
}
