import { describe, expect, it } from "@jest/globals";

import { parsePathGlob } from "./path-glob.ts";

// Answers of github.com/gobwas/glob v0.2.3, the library that Argo CD uses.
describe("a pattern of directory.include and exclude", () => {
  it.each([
    ["*.yaml", "a/b.yaml", true],
    ["**/*.yaml", "a.yaml", false],
    ["**/*.yaml", "a/b.yaml", true],
    ["*", "a/b", true],
    ["?", "/", true],
    ["[abc]", "b", true],
    ["[!abc]", "b", false],
    ["[^abc]", "d", false],
    ["[^abc]", "^", true],
    ["[a-z]", "q", true],
    ["[!a-z]", "5", true],
    ["{a,b}", "b", true],
    ["{a*,b?}.yaml", "bx.yaml", true],
    ["{a,{b,c}}", "c", true],
    ["a,b", "a,b", true],
    ["a]", "a]", true],
    ["a}", "a}", true],
    ["\\*", "*", true],
    ["\\a", "a", true],
    ["{}", "", true],
    ["{}", "a", false],
    ["{a,}", "", true],
    ["{a,}", "a", true],
    ["", "a", false],
    ["[\\]]", "]", true],
    ["[a\\-z]", "-", true],
    ["{config.json,env-usw2/*}", "env-usw2/x/y", true],
    ["[a,b]", ",", true],
    ["{[ab],c}", "a", true],
    ["(a)", "(a)", true],
    ["a.c", "abc", false],
    ["\\{a", "{a", true],
    ["{a\\,b,c}", "a,b", true],
    ["[a*]", "*", true],
    ["{a,b}}", "a}", true],
    ["{,a}b", "b", true],
  ])("%s matches %s: %s", (pattern, path, expected) => expect(parsePathGlob(pattern)?.(path)).toBe(expected));

  it.each(["[a", "[]", "[!]", "[z-a]", "a[b", "[a-z0-9]", "{a", "a\\", "{a,[}"])("%s is malformed", (pattern) =>
    expect(parsePathGlob(pattern)).toBeUndefined(),
  );

  it("takes linear time", () => {
    const glob = parsePathGlob(`${"*a".repeat(100)}b`);
    expect(glob?.("a".repeat(5000))).toBe(false);
  });
});
