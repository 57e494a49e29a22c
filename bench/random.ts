/** A stream of numbers that depends on the seed alone. */
export interface Random {
  /** Evenly from 0 to below `limit`. */
  below(limit: number): number;
  /** Words of about so many bytes. */
  text(bytes: number): string;
  /** Different members, in a random order. */
  sample<T>(all: readonly T[], count: number): readonly T[];
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789     ";

/** Marsaglia's xorshift with 32 bits of state: short, and good enough for filler. */
export function randomFrom(seed: number): Random {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x85ebca6b) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
  const below = (limit: number) => next() % limit;
  return {
    below,
    text: (bytes) => Array.from({ length: bytes }, () => LETTERS[below(LETTERS.length)]).join(""),
    sample(all, count) {
      const left = [...all];
      return Array.from({ length: Math.min(count, left.length) }, () => left.splice(below(left.length), 1)).flat();
    },
  };
}
