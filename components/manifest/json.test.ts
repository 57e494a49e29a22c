import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { canonicalJson, digest, sameJson } from "./json.ts";

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, reversed(member)] as const);
  return Object.fromEntries(entries.toReversed());
}

describe("canonicalJson", () => {
  it.each([
    [{ b: 1, a: [true, null, "x"] }, '{"a":[true,null,"x"],"b":1}'],
    [{ a: undefined, b: { c: undefined } }, '{"b":{}}'],
    [{ "": 1, Z: 2, a: 3, é: 4 }, '{"":1,"Z":2,"a":3,"é":4}'],
    [{ 10: "x", 9: "y" }, '{"10":"x","9":"y"}'],
    [[undefined], "[null]"],
    [undefined, "null"],
  ])("writes %j as %s", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it("keeps the value, and does not depend on the order of members", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});

describe("digest", () => {
  it("is 32 hexadecimal digits of the SHA-256 of the canonical text", () => {
    expect(digest({ b: 1, a: 2 })).toBe(digest({ a: 2, b: 1 }));
    // printf '{"a":2,"b":1}' | sha256sum
    expect(digest({ a: 2, b: 1 })).toBe("d3626ac30a87e6f7a6428233b3c68299");
  });
});

describe("sameJson", () => {
  it.each<readonly [unknown, unknown, boolean]>([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: null }, {}, true],
    [{ a: { b: null } }, { a: {} }, true],
    [null, undefined, true],
    [{}, undefined, false],
    [[], {}, false],
    [[], undefined, false],
    [[1, 2], [2, 1], false],
    [[1], [1, null], false],
    [3, "3", false],
    [0, false, false],
    ["", null, false],
    [{ toString: 1 }, {}, false],
    [{}, { __proto__: null, constructor: {} }, false],
  ])("compares %j and %j: %j", (a, b, expected) => {
    expect(sameJson(a, b)).toBe(expected);
    expect(sameJson(b, a)).toBe(expected);
  });

  it("holds between any value and its copy", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(sameJson(value, reversed(value))).toBe(true)));
  });
});
