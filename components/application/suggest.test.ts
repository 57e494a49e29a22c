import { describe, expect, it } from "@jest/globals";

import { closest } from "./suggest.ts";

describe("closest", () => {
  it.each([
    ["projekt", "project"],
    ["paht", "path"],
    ["targetrevision", "targetRevision"],
    ["repoUrl", "repoURL"],
    ["targetRevison", "targetRevision"],
  ])("takes %s for %s", (word, meant) => {
    expect(closest(word, ["path", "project", "repoURL", "targetRevision"])).toBe(meant);
  });

  it.each(["frobnicate", "x", "", "p".repeat(100_000)])("finds nothing near %.20j", (word) => {
    expect(closest(word, ["path", "project", "repoURL", "targetRevision"])).toBeUndefined();
  });
});
