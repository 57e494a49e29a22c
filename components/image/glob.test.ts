import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { parseGlob } from "./glob.ts";

describe("parseGlob", () => {
  // Every row was answered the same by filepath.Match of Go 1.26.
  it.each<[string, readonly string[], readonly string[]]>([
    ["*", ["", "v1.2.3"], ["a/b"]],
    ["latest", ["latest"], ["latest2", "Latest"]],
    ["dev-*", ["dev-", "dev-x"], ["qa-dev-x"]],
    ["v?.0", ["v1.0"], ["v.0", "v10.0"]],
    ["v[0-9].*", ["v1.x"], ["vx.1"]],
    ["[^a-c]x", ["dx"], ["ax", "cx", "x"]],
    ["[c-a]", [], ["a", "b"]],
    ["\\*", ["*"], ["a"]],
    ["[\\]]", ["]"], ["\\"]],
    ["a*b*c", ["abc", "aXbYc", "abbc"], ["ac", "abcd"]],
    ["*-rc.*", ["v1-rc.1", "a-rc.-rc.b"], ["v1-rc"]],
    ["", [""], ["a"]],
  ])("%j fits %j and not %j", (pattern, fitting, others) => {
    const glob = parseGlob(pattern);
    expect(fitting.filter((text) => glob?.(text) !== true)).toEqual([]);
    expect(others.filter((text) => glob?.(text) === true)).toEqual([]);
  });

  it.each(["[", "[a", "[]", "[]a]", "[^]", "[a-", "[a-]", "[-a]", "\\", "a\\", "[\\"])(
    "calls %j malformed",
    (pattern) => {
      expect(parseGlob(pattern)).toBeUndefined();
    },
  );

  it("fits every text with itself once it is escaped", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (text) => {
        expect(parseGlob(text.replace(/[*?[\\]/g, "\\$&"))?.(text)).toBe(true);
      }),
    );
  });

  it("needs no exponential time", () => {
    const glob = parseGlob(`${"*a".repeat(60)}b`);
    expect(glob?.("a".repeat(3000))).toBe(false);
  });
});
