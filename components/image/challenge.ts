/** What a server wants to see before it answers: one challenge of a `WWW-Authenticate` field. */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const GAP = /[ \t,]*/y;
const PARAMETER = new RegExp(`(${TOKEN})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))[ \\t]*(?=,|$)`, "y");
const SCHEME = new RegExp(`(${TOKEN})(?: +[0-9A-Za-z._~+/-]+=*[ \\t]*(?=,|$))?(?=[ \\t,]|$)`, "y");

/**
 * Reads the field as RFC 9110 section 11.6.1 has it: several challenges in one field, commas inside quotes, and a scheme with a
 * token or parameters or nothing. Reading stops at the first text that is neither, with what was understood until there.
 */
export function parseChallenges(field: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let position = skipGap(field, 0);
  while (position < field.length) {
    const current = challenges.at(-1);
    const parameter = current && matchAt(PARAMETER, field, position);
    const match = parameter ?? matchAt(SCHEME, field, position);
    if (match === undefined) break;
    const [whole, name = "", quoted, plain = ""] = match;
    if (parameter === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else current?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? plain);
    position = skipGap(field, position + whole.length);
  }
  return challenges;
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text) ?? undefined;
}

function skipGap(text: string, position: number): number {
  return position + (matchAt(GAP, text, position)?.[0].length ?? 0);
}
