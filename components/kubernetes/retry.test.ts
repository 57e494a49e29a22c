import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { Failed } from "./failed.ts";
import type { Answered } from "./http.ts";
import { backoff, repeatedly, retryAfterMs, retryWith } from "./retry.ts";
import { pausing } from "./server.fixture.ts";

function answer(status: number, headers: Answered["headers"] = {}, body = ""): Answered {
  return { kind: "answered", status, headers, body };
}

function broken(more: Partial<Failed> = {}): Failed {
  return { kind: "failed", code: "Unavailable", cause: "connection reset", sent: true, passing: true, ...more };
}

const REFUSED = JSON.stringify({
  kind: "Status",
  message: "failed to create typed patch object (a/b; v1, Kind=X): .x: no",
});

async function run(
  results: readonly (Answered | Failed)[],
  repeat: "always" | "unless sent",
  budgetMs = 30_000,
  settling = () => false,
) {
  const { pauses, retry } = pausing();
  let attempts = 0;
  const attempt = () => Promise.resolve(results[Math.min(attempts++, results.length - 1)] ?? answer(200));
  const { signal } = new AbortController();
  const result = await repeatedly(attempt, { repeat, settling }, retryWith({ ...retry, budgetMs }), signal);
  return { result, attempts, pauses };
}

describe("repeating a request", () => {
  it.each([
    ["an answer that stands", answer(200), "always", 1],
    ["an object that is not there", answer(404), "always", 1],
    ["a conflict", answer(409), "always", 1],
    ["a server that is busy", answer(503), "always", 2],
    ["an internal error", answer(500), "always", 2],
    ["an internal error that is the manifest's own fault", answer(500, {}, REFUSED), "always", 1],
    ["a server that is busy, after a creation", answer(503), "unless sent", 1],
    ["a throttled creation, which was not carried out", answer(429), "unless sent", 2],
    ["a broken connection", broken(), "always", 2],
    ["a broken connection after a creation was sent", broken(), "unless sent", 1],
    ["a broken connection before a creation was sent", broken({ sent: false }), "unless sent", 2],
    ["a certificate that is not trusted", broken({ passing: false }), "always", 1],
  ] as const)("given %s", async (_, first, repeat, expected) => {
    const { attempts, result } = await run([first, answer(200)], repeat);
    expect(attempts).toBe(expected);
    expect(result).toEqual(expected === 1 ? first : answer(200));
  });

  it.each([401, 403])("believes a %d at once, but not while a server may just have started", async (status) => {
    const results = [answer(status), answer(status), answer(200)];
    expect((await run(results, "unless sent")).attempts).toBe(1);
    expect((await run(results, "unless sent", 30_000, () => true)).result).toEqual(answer(200));
    let left = 1;
    expect((await run(results, "unless sent", 30_000, () => left-- > 0)).result).toEqual(answer(status));
  });

  it("doubles its pauses up to the longest one and stays within the budget", async () => {
    const { pauses, result } = await run([answer(503)], "always");
    expect(pauses.slice(0, 7)).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
    expect(pauses.reduce((a, b) => a + b)).toBeLessThanOrEqual(30_000);
    expect(result).toEqual(answer(503));
  });

  it("waits as long as the server asks, and not at all when that is more than the budget", async () => {
    expect((await run([answer(429, { "retry-after": "7" }), answer(200)], "always")).pauses).toEqual([7000]);
    const { pauses, attempts } = await run([answer(429, { "retry-after": "3600" })], "always");
    expect({ pauses, attempts }).toEqual({ pauses: [], attempts: 1 });
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const { retry } = pausing();
    let attempts = 0;
    const attempt = () => {
      if (++attempts === 2) stop.abort();
      return Promise.resolve(answer(503));
    };
    expect(
      await repeatedly(attempt, { repeat: "always", settling: () => false }, retryWith(retry), stop.signal),
    ).toEqual(answer(503));
    expect(attempts).toBe(2);
  });

  it("jitters between half of a pause and all of it", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.double({ min: 0, max: 1, noNaN: true }), (number, chance) => {
        const full = Math.min(5000, 200 * 2 ** number);
        const pause = backoff(number, retryWith({ random: () => chance }));
        expect(pause).toBeGreaterThanOrEqual(full / 2);
        expect(pause).toBeLessThanOrEqual(full);
      }),
    );
  });

  it.each([
    ["3", "", 3000],
    [" 0 ", "", 0],
    ["Mon, 23 Nov 2026 10:00:05 GMT", "Mon, 23 Nov 2026 10:00:00 GMT", 5000],
    ["Mon, 23 Nov 2026 09:00:00 GMT", "Mon, 23 Nov 2026 10:00:00 GMT", 0],
    ["soon", "", 0],
    ["-5", "", 0],
  ])("reads Retry-After %j at date %j as %d ms", (field, date, expected) => {
    expect(retryAfterMs({ headers: { "retry-after": field, date } })).toBe(expected);
  });
});
