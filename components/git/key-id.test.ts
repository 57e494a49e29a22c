import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { mistakesInIds, namesKey } from "./key-id.ts";

const KEY = "5DE3E0509C47EA3CF04A42D34AEE18F83AFDEB23";
const LONG = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";

describe("namesKey", () => {
  it.each([
    ["4AEE18F83AFDEB23", KEY],
    ["4aee18f83afdeb23", KEY],
    ["0x4AEE18F83AFDEB23", KEY],
    ["0X4aee18f83AFDEB23", KEY],
    [KEY, KEY],
    [KEY.toLowerCase(), KEY],
    ["0123456789ABCDEF", LONG],
  ])("takes %s for %s", (id, fingerprint) => {
    expect(namesKey(id, fingerprint)).toBe(true);
  });

  it.each([
    ["nothing", ""],
    ["eight digits, which anybody can make a key for", "3AFDEB23"],
    ["the beginning of the fingerprint", KEY.slice(0, 16)],
    ["fifteen digits", KEY.slice(-15)],
    ["seventeen digits", KEY.slice(-17)],
    ["another key with the same last sixteen digits", `F${KEY.slice(1)}`],
    ["a pattern", ".".repeat(16)],
    ["a line before it", `\n${KEY}`],
    ["a space after it", `${KEY} `],
  ])("does not take %s", (_, id) => {
    expect(namesKey(id, KEY)).toBe(false);
  });

  it("does not take the end of a long fingerprint, which is no id", () => {
    expect(namesKey(LONG.slice(-16).replace("C", "D"), LONG)).toBe(false);
    expect(namesKey(LONG.slice(0, 40), LONG)).toBe(false);
  });

  it("takes no key of which one digit is another", () => {
    fc.assert(
      fc.property(fc.nat(39), fc.constantFrom(16, 40), (at, length) => {
        const other = KEY.slice(0, at) + (KEY[at] === "A" ? "B" : "A") + KEY.slice(at + 1);
        const isCompared = at >= 40 - length;
        expect(namesKey(KEY.slice(-length), other)).toBe(!isCompared);
      }),
    );
  });
});

describe("mistakesInIds", () => {
  const twin = `F${KEY.slice(1)}`;

  it("finds nothing wrong with ids that stand for one key each", () => {
    expect(mistakesInIds([KEY.slice(-16), LONG.slice(0, 16)], [KEY, LONG])).toEqual([]);
    expect(mistakesInIds([KEY, twin], [KEY, twin])).toEqual([]);
  });

  it("names each id that stands for no key, or for several", () => {
    expect(mistakesInIds(["0000000000000000", KEY.slice(-16), LONG.slice(0, 16)], [KEY, twin, LONG])).toEqual([
      "0000000000000000 is in none of its gpgKeys files",
      "4AEE18F83AFDEB23 stands for more than one key of its gpgKeys files, give all 40 digits",
    ]);
    expect(mistakesInIds([KEY], [])).toHaveLength(1);
  });
});
