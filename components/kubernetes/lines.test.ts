import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { linesOf } from "./lines.ts";
import { collect } from "./server.fixture.ts";

async function* chunks(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield await Promise.resolve(part);
}

describe("lines of a stream", () => {
  it("are the same however the bytes are cut, even within a character", async () => {
    // One to four bytes each.
    const line = fc.string({ unit: fc.constantFrom("a", '"', "\r", "é", "€", "😀") });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(200)), async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length];
        const parts = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(await collect(linesOf(chunks(parts)))).toEqual(lines);
      }),
    );
  });

  it("leave out what is cut off at the end", async () => {
    expect(await collect(linesOf(chunks([Buffer.from('{"a":1}\n{"b"')])))).toEqual(['{"a":1}']);
  });

  it("refuse a line without end instead of keeping it all", async () => {
    const mebibyte = Buffer.alloc(1024 * 1024, "x");
    let given = 0;
    async function* endless() {
      for (; given < 100; given++) yield await Promise.resolve(mebibyte);
    }
    await expect(collect(linesOf(endless()))).rejects.toThrow("a line has no end");
    expect(given).toBeLessThan(20);
  });
});
