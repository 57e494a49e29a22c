import { describe, expect, it } from "@jest/globals";

import type { Ref } from "./refs.ts";
import { commitOf, findRef, parseRefs } from "./refs.ts";

const [A, B, C, D] = ["a", "b", "c", "d"].map((digit) => digit.repeat(40)) as [string, string, string, string];
const LISTING = [
  `ref: refs/heads/main\tHEAD`,
  `${A}\tHEAD`,
  `${A}\trefs/heads/main`,
  `${B}\trefs/heads/release-1`,
  `${C}\trefs/heads/v1`,
  `${D}\trefs/heads/--upload-pack=touch`,
  `${D}\trefs/tags/v1`,
  `${B}\trefs/tags/v1^{}`,
  `${C}\trefs/tags/v2`,
  "",
].join("\n");
const REFS = parseRefs(LISTING) ?? new Map<string, Ref>();

describe("findRef", () => {
  it.each([
    ["HEAD", A],
    ["main", A],
    ["heads/main", A],
    ["refs/heads/main", A],
    ["v2", C],
    ["tags/v2", C],
    ["--upload-pack=touch", D],
  ])("finds %s", (revision, commit) => {
    expect(REFS.get(findRef(REFS, revision) ?? "")?.commit).toBe(commit);
  });

  it("prefers a tag over a branch of the same name and takes the commit of an annotated tag", () => {
    expect(findRef(REFS, "v1")).toBe("refs/tags/v1");
    expect(REFS.get("refs/tags/v1")).toStrictEqual({ commit: B, tag: D });
    expect(findRef(REFS, "refs/heads/v1")).toBe("refs/heads/v1");
  });

  it.each(["develop", "", "refs/heads", "heads", "v1^{}", "main ", "MAIN", "../heads/main", "main\n"])(
    "does not find %j",
    (revision) => {
      expect(findRef(REFS, revision)).toBeUndefined();
    },
  );
});

describe("commitOf", () => {
  it.each([
    [A, A],
    [A.toUpperCase(), A],
    [A.slice(1), undefined],
    [`${A}0`, undefined],
    [`${A}\n`, undefined],
    ["g".repeat(40), undefined],
  ])("takes %j for %j", (revision, commit) => {
    expect(commitOf(revision)).toBe(commit);
  });
});

describe("parseRefs", () => {
  it.each(["<html>", `${A} refs/heads/main`, `${A.slice(1)}\trefs/heads/main`, `${A}\t`, `${A}\ta\tb`])(
    "refuses %j",
    (text) => {
      expect(parseRefs(text)).toBeUndefined();
    },
  );

  it("reads an empty listing as a repository without refs", () => {
    expect(parseRefs("")?.size).toBe(0);
  });
});
