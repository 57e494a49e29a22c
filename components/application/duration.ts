const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 };
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/y;

/** What a Go duration can hold: 2^63 - 1 nanoseconds, about 292 years. */
const LONGEST_MS = 9_223_372_036_854;

/**
 * Milliseconds of a Go duration (`5s`, `1m30s`, `1.5h`, `500ms`) or of bare whole seconds (`5`), the two forms Argo CD
 * takes for a retry backoff. Undefined for any other text and for negative durations.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 64) return undefined;
  const duration = /^\d+$/.test(text) ? Number(text) * 1000 : sumOfParts(text);
  return duration !== undefined && duration <= LONGEST_MS ? duration : undefined;
}

function sumOfParts(text: string): number | undefined {
  if (text === "") return undefined;
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (part === null) return undefined;
    total += Number(part[1]) * (UNITS[part[2] ?? ""] ?? NaN);
  }
  return total;
}
