type Token =
  | { readonly kind: "many"; readonly crossing: boolean }
  | { readonly kind: "one" }
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "class"; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] };

/** Whether a text fits the pattern as a whole. */
export type Glob = (text: string) => boolean;

const MAX_ALTERNATIVES = 64;

/**
 * A pattern of the kind that Argo CD matches names, URLs and namespaces with (gobwas/glob): `*` any text without a separator, `**` any
 * text, `?` one character, `[a-c]` and `[!a-c]` a class, `{a,b}` alternatives, `\` the next character as it is. Undefined when it is
 * malformed. Matching takes at most pattern length times text length steps.
 * @param separator what `*` and `?` do not match, none by default
 */
export function parseGlob(pattern: string, separator = ""): Glob | undefined {
  const alternatives = expand(Array.from(pattern))?.map(tokenize);
  if (alternatives === undefined) return undefined;
  const sound = alternatives.filter((tokens) => tokens !== undefined);
  if (sound.length < alternatives.length) return undefined;
  return (text) => sound.some((tokens) => matches(tokens, Array.from(text), separator));
}

/** Whether the text fits; nothing fits a malformed pattern. */
export function isMatch(pattern: string, text: string): boolean {
  return parseGlob(pattern)?.(text) === true;
}

/** `a{b,c}d` -> `abd`, `acd`. */
function expand(chars: readonly string[]): readonly (readonly string[])[] | undefined {
  const open = indexOfPlain(chars, "{", 0);
  if (open < 0) return indexOfPlain(chars, "}", 0) < 0 ? [chars] : undefined;
  const parts = alternativesAt(chars, open);
  if (parts === undefined) return undefined;
  const rest = expand(chars.slice(parts.end));
  const inner = parts.choices.map(expand);
  if (rest === undefined || inner.some((one) => one === undefined)) return undefined;
  const head = chars.slice(0, open);
  const all = inner.flatMap((choices = []) =>
    choices.flatMap((choice) => rest.map((tail) => [...head, ...choice, ...tail])),
  );
  return all.length > MAX_ALTERNATIVES ? undefined : all;
}

/** The choices between the brace at `open` and its own closing one. */
function alternativesAt(
  chars: readonly string[],
  open: number,
): { readonly choices: readonly (readonly string[])[]; readonly end: number } | undefined {
  const choices: string[][] = [[]];
  let depth = 0;
  for (let at = open + 1; at < chars.length; at++) {
    const char = chars[at] ?? "";
    if (char === "}" && depth === 0) return { choices, end: at + 1 };
    if (char === "," && depth === 0) {
      choices.push([]);
      continue;
    }
    depth += char === "{" ? 1 : char === "}" ? -1 : 0;
    choices.at(-1)?.push(char);
    if (char === "\\") choices.at(-1)?.push(chars[++at] ?? "");
  }
  return undefined;
}

function indexOfPlain(chars: readonly string[], wanted: string, from: number): number {
  for (let at = from; at < chars.length; at++) {
    if (chars[at] === "\\") at++;
    else if (chars[at] === wanted) return at;
  }
  return -1;
}

function tokenize(chars: readonly string[]): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? "";
    if (char === "*") {
      const crossing = chars[at + 1] === "*";
      if (crossing) at++;
      tokens.push({ kind: "many", crossing });
    } else if (char === "[") {
      const end = chars.indexOf("]", at + 2);
      const token = end < 0 ? undefined : readClass(chars.slice(at + 1, end));
      if (token === undefined) return undefined;
      tokens.push(token);
      at = end;
    } else if (char === "\\") {
      const literal = chars[++at];
      if (literal === undefined) return undefined;
      tokens.push({ kind: "char", char: literal });
    } else tokens.push(char === "?" ? { kind: "one" } : { kind: "char", char });
  }
  return tokens;
}

function readClass(inside: readonly string[]): Token | undefined {
  const negated = inside[0] === "!" || inside[0] === "^";
  const chars = negated ? inside.slice(1) : inside;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < chars.length; at++) {
    const low = chars[at] ?? "";
    const high = chars[at + 1] === "-" ? chars[at + 2] : undefined;
    ranges.push([low, high ?? low]);
    if (high !== undefined) at += 2;
  }
  return ranges.length === 0 ? undefined : { kind: "class", negated, ranges };
}

/** All places in the pattern at once, so that no pattern takes exponential time. */
function matches(tokens: readonly Token[], chars: readonly string[], separator: string): boolean {
  let places = reach(tokens, new Set([0]));
  for (const char of chars) {
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token === undefined || !fits(token, char, separator)) continue;
      next.add(token.kind === "many" ? place : place + 1);
    }
    if (next.size === 0) return false;
    places = reach(tokens, next);
  }
  return places.has(tokens.length);
}

/** A star may stand for nothing. */
function reach(tokens: readonly Token[], places: Set<number>): Set<number> {
  for (const place of places) if (tokens[place]?.kind === "many") places.add(place + 1);
  return places;
}

function fits(token: Token, char: string, separator: string): boolean {
  switch (token.kind) {
    case "many":
      return token.crossing || char !== separator;
    case "one":
      return char !== separator;
    case "char":
      return token.char === char;
    case "class":
      return token.ranges.some(([low, high]) => low <= char && char <= high) !== token.negated;
  }
}
