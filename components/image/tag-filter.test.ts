import { describe, expect, it } from "@jest/globals";

import { parseTagFilter } from "./tag-filter.ts";

const PRODUCTION = "regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$";

describe("parseTagFilter", () => {
  it.each([
    ["any", "whatever", "whatever"],
    ["Any", "latest", "latest"],
    [undefined, "latest", "latest"],
    ["regexp:v1", "qa-v1.0", "qa-v1.0"],
    ["regexp:^v1", "qa-v1.0", undefined],
    ["REGEXP:^v", "v1", "v1"],
    ["regexp:^qa-(v1\\.0\\.[0-9]+)$", "qa-v1.0.10", "v1.0.10"],
    ["regexp:^qa-(v1\\.0\\.[0-9]+)$", "v1.0.10", undefined],
    ["regexp:^(?P<version>[0-9.]+)-alpine$", "1.25.3-alpine", "1.25.3"],
    ["regexp:^([0-9]+)-v", "7-v1.2.3", "7"],
    ["regexp:^qa-(?:v)([0-9])", "qa-v7", "7"],
    ["regexp:^main-(.+)$|^v.+$", "v1.2.3", "v1.2.3"],
    ["regexp:(?i)^V", "v1", "v1"],
    ["regexp:\\Av[[:digit:]]+\\z", "v12", "v12"],
    ["regexp:^v(.*)$", "v1.2.3", "1.2.3"],
  ])("%s makes of the tag %s the version %s", (text, tag, version) => {
    const { filter, reason } = parseTagFilter(text);
    expect(reason).toBeUndefined();
    expect(filter.versionOf(tag)).toBe(version);
  });

  it("takes a release as it is when the group was not meant to cut the version out", () => {
    expect(parseTagFilter("regexp:^v(1|2)\\.[0-9]+\\.[0-9]+$").filter.versionOf("v1.2.3")).toBe("v1.2.3");
  });

  it.each([
    "latest",
    "dev-x",
    "qa-v1.0.1",
    "qa-v1.0.10",
    "v1.2.3\n",
    "\nv1.2.3",
    "latest\nv1.2.3",
    "v1.2.3\nlatest",
    "v1.2.3\r",
    "v1.2.3\u2028",
    "v1.2.٣",
    "v१.2.3",
    "v1.2.3+build",
    "v1.2.3-rc.1",
    "v1.2",
    "v1.2.3.4",
    "V1.2.3",
    "1.2.3",
    "",
  ])("the production pattern refuses %j", (tag) => {
    expect(parseTagFilter(PRODUCTION).filter.versionOf(tag)).toBeUndefined();
    expect(parseTagFilter("regexp:^v\\d+\\.\\d+\\.\\d+$").filter.versionOf(tag)).toBeUndefined();
  });

  it.each([
    "",
    "none",
    "regexp",
    "regexp:",
    "glob:v*",
    "^v1",
    "regexp:^v(",
    "regexp:(?=v)",
    "regexp:(v)\\1",
    "regexp:[",
    "regexp:v{1001}",
    "regexp:v**",
  ])("refuses every tag when the text is %j, and says why", (text) => {
    const { filter, reason } = parseTagFilter(text);
    expect(["v1.2.3", "", text].map(filter.versionOf)).toEqual([undefined, undefined, undefined]);
    expect(reason).toMatch(/^(?:expected "any" or|".*" is not an RE2 pattern: .)/);
  });

  it("needs no exponential time", () => {
    expect(parseTagFilter("regexp:^(a+)+$").filter.versionOf(`${"a".repeat(5000)}!`)).toBeUndefined();
  });
});
