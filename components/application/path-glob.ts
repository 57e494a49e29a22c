import { RE2JS } from "re2js";

/** Whether a path fits the pattern as a whole. */
export type PathGlob = (path: string) => boolean;

const CLASS = /\[(?:(!)|(?!!))(?:([^\]\\!-])-([^\]\\-])|((?:[^\]\\]|\\.)(?!-)(?:[^\]\\]|\\.)*))\]/uy;

/**
 * A pattern as Argo CD reads it (gobwas/glob without separators): `*` and `?` also match `/`, `[abc]`, `[a-z]`, `[!...]` one character,
 * `{a,b*}` one of several, `\` takes the next character as it is. Undefined when it is malformed, where Argo CD would match nothing.
 * Matching takes linear time.
 */
export function parsePathGlob(pattern: string): PathGlob | undefined {
  const source = translate(pattern);
  if (source === undefined) return undefined;
  const compiled = RE2JS.compile(`(?s:${source})`);
  return (path) => compiled.matches(path);
}

function translate(pattern: string): string | undefined {
  let source = "";
  let depth = 0;
  for (let at = 0; at < pattern.length;) {
    const step = translateOne(pattern, at, depth);
    if (step === undefined) return undefined;
    source += step.source;
    depth += step.depth;
    at += step.length;
  }
  return depth === 0 ? source : undefined;
}

interface Step {
  readonly source: string;
  readonly length: number;
  /** How many braces it opens. */
  readonly depth: number;
}

function translateOne(pattern: string, at: number, depth: number): Step | undefined {
  const character = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
  const step = (source: string, length = character.length, braces = 0): Step => ({ source, length, depth: braces });
  if (character === "*") return step(".*");
  if (character === "?") return step(".");
  if (character === "{") return step("(?:", 1, 1);
  if (character === "}" && depth > 0) return step(")", 1, -1);
  if (character === "," && depth > 0) return step("|");
  if (character === "[") return translateClass(pattern, at);
  if (character !== "\\") return step(RE2JS.quote(character));
  const next = pattern.codePointAt(at + 1);
  if (next === undefined) return undefined;
  const escaped = String.fromCodePoint(next);
  return step(RE2JS.quote(escaped), 1 + escaped.length);
}

function translateClass(pattern: string, at: number): Step | undefined {
  CLASS.lastIndex = at;
  const [whole, not, low, high, text = ""] = CLASS.exec(pattern) ?? [];
  if (whole === undefined || (low !== undefined && high !== undefined && low > high)) return undefined;
  const members = low === undefined ? listed(text) : `${classMember(low)}-${classMember(high ?? low)}`;
  return { source: `[${not === undefined ? "" : "^"}${members}]`, length: whole.length, depth: 0 };
}

function listed(text: string): string {
  return Array.from(text.replace(/\\(.)/gsu, "$1"), classMember).join("");
}

function classMember(character: string): string {
  return /[\]\\^[-]/.test(character) ? `\\${character}` : character;
}
