// Neither TypeScript's library nor every reader knows these two of "JSON.parse source text access" (ECMAScript stage 4, in Node 22 and newer).
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const { parse, rawJSON } = JSON as typeof JSON & {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): object;
};

// Kubernetes keeps integers of 64 bits, a number of JavaScript holds 53 of them. `JSON.stringify` knows no bigint; with this it writes one as
// the integer that it is. Nothing but what `parseJson` and the YAML reader make is a bigint here.
Object.defineProperty(BigInt.prototype, "toJSON", {
  value(this: bigint) {
    return rawJSON(String(this));
  },
  ...{ configurable: true, writable: true },
});

const MIN = -(2n ** 63n);
const MAX = 2n ** 64n - 1n;
/** Where a long number may stand: after a punctuation mark or a space, not inside a text. */
const LONG = /(?:^|[\s:,[-])\d{16}/;

/**
 * What `JSON.parse` says, with a bigint for an integer of 64 bits that a number would round, as Kubernetes reads it
 * (k8s.io/apimachinery, util/json). `JSON.stringify` writes it back.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  // The reviver is called for every value, and hardly any text has such a number.
  return LONG.test(text) ? parse(text, exact) : parse(text);
}

function exact(_: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== "number" || source === undefined || !/^-?\d+$/.test(source)) return value;
  return exactInteger(BigInt(source));
}

/** Whether it has 64 bits, with a sign or without. */
export function fits64Bits(integer: bigint): boolean {
  return integer >= MIN && integer <= MAX;
}

/** The integer as a number where that is exact, else as a bigint; beyond 64 bits a number, which is what Kubernetes makes of it. */
export function exactInteger(integer: bigint): number | bigint {
  const value = Number(integer);
  return Number.isSafeInteger(value) || !fits64Bits(integer) ? value : integer;
}
