import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { Retry } from "./application.ts";
import { delaysOf } from "./delays.ts";

const DEFAULT = { durationMs: 5_000, factor: 2, maxDurationMs: 180_000 };

function first(count: number, retry: Retry): number[] {
  return Iterator.from(delaysOf(retry)).take(count).toArray();
}

describe("delaysOf", () => {
  it.each([
    ["doubles up to the cap", { limit: 8, backoff: DEFAULT }, [5e3, 10e3, 20e3, 40e3, 80e3, 160e3, 180e3, 180e3]],
    ["gives five by the usual limit", { limit: 5, backoff: DEFAULT }, [5e3, 10e3, 20e3, 40e3, 80e3]],
    ["gives none for the limit zero", { limit: 0, backoff: DEFAULT }, []],
    ["stays level with factor one", { limit: 3, backoff: { ...DEFAULT, factor: 1 } }, [5e3, 5e3, 5e3]],
    ["caps the first one too", { limit: 2, backoff: { ...DEFAULT, maxDurationMs: 1_000 } }, [1e3, 1e3]],
    [
      "goes on without a cap",
      { limit: 3, backoff: { durationMs: 100_000, factor: 10, maxDurationMs: 0 } },
      [1e5, 1e6, 1e7],
    ],
  ])("%s", (_title, retry, delays) => expect([...delaysOf(retry)]).toEqual(delays));

  it("never ends for a negative limit", () => {
    expect(first(1000, { limit: -1, backoff: DEFAULT })).toHaveLength(1000);
  });

  it("never gives a delay that a timer would take for none", () => {
    const last = first(500, { limit: -1, backoff: { durationMs: 1, factor: 10, maxDurationMs: 0 } }).at(-1)!;
    expect(last).toBe(2 ** 31 - 1);
  });

  it("never shrinks and never exceeds the cap", () => {
    const backoff = fc.record({
      durationMs: fc.integer({ min: 1, max: 1e6 }),
      factor: fc.integer({ min: 1, max: 9 }),
      maxDurationMs: fc.integer({ min: 1, max: 1e7 }),
    });
    fc.assert(
      fc.property(backoff, fc.nat(50), (drawn, limit) => {
        const delays = [...delaysOf({ limit, backoff: drawn })];
        expect(delays).toHaveLength(limit);
        delays.forEach((delay, index) => {
          expect(delay).toBeLessThanOrEqual(drawn.maxDurationMs);
          expect(delay).toBeGreaterThanOrEqual(delays[index - 1] ?? 1);
        });
      }),
    );
  });
});
