type Token =
  | { readonly kind: "many" }
  | { readonly kind: "one" }
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "class"; readonly negated: boolean; readonly ranges: readonly Range[] };
type Range = readonly [low: string, high: string];

/** Whether a text fits the pattern as a whole. */
export type Glob = (text: string) => boolean;

/**
 * A pattern of Go's `filepath.Match`: `*` and `?` match anything but `/`, `[a-c]` and `[^a-c]` one character, `\` takes the next
 * one as it is. Undefined when the pattern is malformed. Matching takes at most pattern length times text length steps.
 */
export function parseGlob(pattern: string): Glob | undefined {
  const tokens = tokenize(Array.from(pattern));
  return tokens === undefined ? undefined : (text) => matches(tokens, Array.from(text));
}

function tokenize(chars: readonly string[]): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < chars.length;) {
    const char = chars[at] ?? "";
    if (char === "[") {
      const found = readClass(chars, at + 1);
      if (found === undefined) return undefined;
      tokens.push(found.token);
      at = found.end;
      continue;
    }
    const literal = readChar(chars, at);
    if (literal === undefined) return undefined;
    tokens.push(
      char === "*" ? { kind: "many" } : char === "?" ? { kind: "one" } : { kind: "char", char: literal.char },
    );
    at = literal.end;
  }
  return tokens;
}

/** Reads from behind `[` to behind `]`; at least one character or range must stand between. */
function readClass(chars: readonly string[], start: number): { token: Token; end: number } | undefined {
  const negated = chars[start] === "^";
  const ranges: Range[] = [];
  let at = negated ? start + 1 : start;
  while (chars[at] !== "]" || ranges.length === 0) {
    const range = readRange(chars, at);
    if (range === undefined) return undefined;
    ranges.push(range.range);
    at = range.end;
  }
  return { token: { kind: "class", negated, ranges }, end: at + 1 };
}

function readRange(chars: readonly string[], start: number): { range: Range; end: number } | undefined {
  const low = readBound(chars, start);
  if (low === undefined || chars[low.end] !== "-") return low && { range: [low.char, low.char], end: low.end };
  const high = readBound(chars, low.end + 1);
  return high && { range: [low.char, high.char], end: high.end };
}

function readBound(chars: readonly string[], at: number): { char: string; end: number } | undefined {
  const isSyntax = chars[at] === "-" || chars[at] === "]";
  return isSyntax ? undefined : readChar(chars, at);
}

function readChar(chars: readonly string[], at: number): { char: string; end: number } | undefined {
  const escaped = chars[at] === "\\";
  const char = chars[escaped ? at + 1 : at];
  return char === undefined ? undefined : { char, end: at + (escaped ? 2 : 1) };
}

// Greedy with one point of return: only the last star needs to be tried again with a longer text.
function matches(tokens: readonly Token[], chars: readonly string[]): boolean {
  let token = 0;
  let char = 0;
  let star: { token: number; char: number } | undefined;
  while (char < chars.length) {
    const current = tokens[token];
    const text = chars[char] ?? "";
    if (current?.kind === "many") {
      star = { token, char };
      token++;
    } else if (current !== undefined && fits(current, text)) {
      token++;
      char++;
    } else if (star !== undefined && chars[star.char] !== "/") {
      star = { token: star.token, char: star.char + 1 };
      token = star.token + 1;
      char = star.char;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every(({ kind }) => kind === "many");
}

function fits(token: Token, char: string): boolean {
  switch (token.kind) {
    case "many":
      return false;
    case "one":
      return char !== "/";
    case "char":
      return token.char === char;
    case "class":
      return token.ranges.some(([low, high]) => low <= char && char <= high) !== token.negated;
  }
}
