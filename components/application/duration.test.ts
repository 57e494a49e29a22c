import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { parseDuration } from "./duration.ts";

describe("parseDuration", () => {
  it.each([
    ["5s", 5_000],
    ["1m30s", 90_000],
    ["500ms", 500],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["2h45m0.5s", 9_900_500],
    ["1000us", 1],
    ["1000µs", 1],
    ["1000000ns", 1],
    ["0", 0],
    ["0s", 0],
    ["5", 5_000],
    ["180", 180_000],
  ])("reads %s as %d ms", (text, milliseconds) => expect(parseDuration(text)).toBeCloseTo(milliseconds, 6));

  it.each([
    "",
    " ",
    "s",
    "5 s",
    " 5s",
    "5s ",
    "-5s",
    "+5s",
    "1d",
    "5S",
    "1e3s",
    "s5",
    "5s5",
    ".s",
    "1..5s",
    "5.5",
    "0x5s",
    "NaN",
    "9".repeat(14),
    "99999999h",
    "1s".repeat(40),
  ])("refuses %j", (text) => expect(parseDuration(text)).toBeUndefined());

  it("adds up the parts in any order", () => {
    const unit = fc.constantFrom<[string, number]>(["ms", 1], ["s", 1_000], ["m", 60_000], ["h", 3_600_000]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(999), unit), { minLength: 1, maxLength: 6 }), (parts) => {
        const text = parts.map(([count, [name]]) => `${count}${name}`).join("");
        expect(parseDuration(text)).toBe(
          parts.reduce((sum, [count, [, milliseconds]]) => sum + count * milliseconds, 0),
        );
      }),
    );
  });
});
