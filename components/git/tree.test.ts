import { posix, win32 } from "node:path";

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { folderOf, nameOf, parseTree, pathIn, refusePath } from "./tree.ts";

const HASH = "0123456789abcdef0123456789abcdef01234567";

function entry(mode: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(HASH, "hex")]);
}

describe("parseTree", () => {
  it.each([
    ["100644", "file"],
    ["100755", "file"],
    ["40000", "folder"],
    ["120000", "link"],
    ["160000", "submodule"],
  ])("reads mode %s as a %s", (mode, type) => {
    expect(parseTree("a/b", entry(mode, "näme x"))).toStrictEqual([{ path: "a/b/näme x", type, hash: HASH }]);
  });

  it.each([
    ["an unknown mode", entry("100600", "x")],
    ["a cut hash", entry("100644", "x").subarray(0, -1)],
    ["no end of the name", Buffer.from("100644 x")],
    ["no mode", Buffer.from("x")],
  ])("refuses %s", (_, content) => {
    expect(parseTree(".", content)).toBeUndefined();
  });

  it("reads what it is given or nothing, whatever the bytes", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => expect(() => parseTree(".", Buffer.from(bytes))).not.toThrow()));
  });
});

describe("refusePath", () => {
  it.each(["k8s/base/deployment.yaml", ".github/x", "a.b", "..a", ".gitignore", "a b/ü", "-x"])("allows %s", (path) => {
    expect(refusePath(path)).toBeUndefined();
  });

  it.each([
    "..",
    "a/../b",
    ".",
    "a/./b",
    "a//b",
    "/a",
    "a/",
    ".git/config",
    "a/.GIT",
    "a/.gIt/hooks/x",
    "GIT~1",
    "a\\b",
    "a.",
    "a. /b",
    "a /b",
    "a\nb",
    "a\0b",
    "a\u200db",
    "a\u202eb",
    "a\ufffdb",
    Array.from({ length: 65 }, () => "a").join("/"),
  ])("refuses %j", (path) => {
    expect(refusePath(path)).toBeDefined();
  });
});

it("allows no path that leads out of a folder or into Git's own, wherever it is written", () => {
  const pieces = ["..", ".", "/", "\\", ".git", ".GIT", "git~1", " ", "\0", "\n", "\u202e", "a", "~", "-", "C:", "%2e"];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }), (parts) => {
      const path = parts.join("");
      fc.pre(refusePath(path) === undefined);
      for (const join of [posix.join, win32.join])
        expect(join("/root", path).replaceAll("\\", "/").toLowerCase()).toBe(`/root/${path}`.toLowerCase());
      expect(path.toLowerCase().split("/")).not.toContain(".git");
      expect(path).not.toMatch(/[\p{Cc}\p{Cf}\\]/u);
    }),
    { numRuns: 5_000 },
  );
});

it("takes paths apart as it puts them together", () => {
  const name = fc.stringMatching(/^[a-z.]{1,5}$/);
  fc.assert(
    fc.property(fc.array(name, { minLength: 1 }), (names) => {
      const path = names.reduce(pathIn, ".");
      expect(pathIn(folderOf(path), nameOf(path))).toBe(path);
    }),
  );
});
