import { isScalar, LineCounter, parseAllDocuments, Scalar } from "yaml";
import type { Document, Node, ScalarTag } from "yaml";
import type { Failure } from "../error.ts";
import { inspect } from "./structure.ts";
import { describeSyntaxErrors } from "./syntax.ts";

/** Far above any real file; what a hostile one may cost grows with it. */
const MAX_CHARACTERS = 1_048_576;

/** kubectl and Argo CD read YAML by Go's rules, where these words are booleans. */
const GO_BOOLEANS: ScalarTag[] = [
  { tag: "tag:yaml.org,2002:bool", default: true, test: /^(?:y|Y|yes|Yes|YES|on|On|ON)$/, resolve: () => true },
  { tag: "tag:yaml.org,2002:bool", default: true, test: /^(?:n|N|no|No|NO|off|Off|OFF)$/, resolve: () => false },
];

/** One YAML document of a file, checked for everything that has nothing to do with what it says. */
export interface YamlDocument {
  readonly root: Node;
  readonly lineOf: (node: Node) => number;
  /** What an alias stands for; any other node stands for itself. */
  readonly resolve: (node: Node) => Node | undefined;
  readonly failures: readonly Failure[];
  /** False when the text is so broken that what is missing in it may only be unread. */
  readonly whole: boolean;
}

/** The documents of a YAML or JSON file, without empty ones. Never throws; a file that is too large has a failure only. */
export function readDocuments(
  file: string,
  text: string,
): { readonly documents: readonly YamlDocument[]; readonly failures: readonly Failure[] } {
  if (text.length > MAX_CHARACTERS) {
    const reason = `expected a file of at most ${MAX_CHARACTERS} characters, found ${text.length}`;
    return { documents: [], failures: [{ file, property: "", reason }] };
  }
  const lines = new LineCounter();
  const documents = [...parse(text, lines)].filter((document) => !isEmpty(document));
  return { documents: documents.map((document) => check(file, text, document, lines)), failures: [] };
}

function parse(text: string, lineCounter: LineCounter): Iterable<Document.Parsed> {
  return parseAllDocuments(text, {
    lineCounter,
    prettyErrors: false,
    schema: "core",
    merge: false,
    // Found by inspect() instead: the library compares each key with all others of its map.
    uniqueKeys: false,
    customTags: (tags) => [...GO_BOOLEANS, ...tags],
  });
}

function isEmpty({ contents, errors }: Document.Parsed): boolean {
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null));
}

function check(file: string, text: string, document: Document.Parsed, lines: LineCounter): YamlDocument {
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const lineOf = (node: Node): number => lineAt(node.range?.[0] ?? 0);
  const root = document.contents ?? new Scalar(null);
  const syntax = describeSyntaxErrors(root, document.errors, text, lineAt);
  const structure = inspect(root, lineOf);
  return {
    root,
    lineOf,
    resolve: structure.resolve,
    failures: [...syntax.failures, ...structure.failures].map((failure) => ({ file, ...failure })),
    whole: syntax.recovered && structure.bounded,
  };
}
