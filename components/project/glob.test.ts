import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { isMatch, parseGlob } from "./glob.ts";

describe("a pattern", () => {
  it.each([
    ["*", "", true],
    ["*", "anything/at all", true],
    ["team-*", "team-a", true],
    ["team-*", "xteam-a", false],
    ["team-?", "team-", false],
    ["team-[a-c]", "team-b", true],
    ["team-[!a-c]", "team-b", false],
    ["{qa,prod*}", "production", true],
    ["{qa,prod*}", "staging", false],
    ["a{b,{c,d}}e", "ade", true],
    ["a\\*", "a*", true],
    ["a\\*", "ab", false],
    ["", "", true],
    ["", "a", false],
    ["Ä?", "Äö", true],
  ])("%j on %j: %j", (pattern, text, expected) => expect(isMatch(pattern, text)).toBe(expected));

  it.each([
    ["https://github.com/my-org/*", "https://github.com/my-org/api", true],
    ["https://github.com/my-org/*", "https://github.com/my-org/api/evil", false],
    ["https://github.com/my-org/**", "https://github.com/my-org/api/evil", true],
    ["https://github.com/*/api", "https://github.com/a/b/api", false],
    ["https://github.com/**/api", "https://github.com/a/b/api", true],
  ])("with / as separator, %j on %j: %j", (pattern, text, expected) =>
    expect(parseGlob(pattern, "/")?.(text)).toBe(expected),
  );

  it.each(["[", "[]", "a{b", "a}b", "a\\", "{a,{b}", "{a,b}".repeat(7)])(
    "%j is malformed and fits nothing",
    (pattern) => {
      expect(parseGlob(pattern)).toBeUndefined();
      expect(isMatch(pattern, pattern)).toBe(false);
    },
  );

  it("says the same as a regular expression", () => {
    const part = fc.constantFrom("*", "?", "a", "b", "-");
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom("a", "b", "-"), maxLength: 10 }),
        (parts, text) => {
          const expression = parts.map((one) => (one === "*" ? ".*" : one === "?" ? "." : one)).join("");
          expect(isMatch(parts.join(""), text)).toBe(new RegExp(`^${expression}$`).test(text));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("takes no exponential time", () => {
    expect(isMatch("a*".repeat(200), `${"a".repeat(2000)}b`)).toBe(true);
    expect(isMatch(`${"a*".repeat(200)}c`, `${"a".repeat(2000)}b`)).toBe(false);
  });
});
