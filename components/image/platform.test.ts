import { describe, expect, it } from "@jest/globals";

import { formatPlatforms, isWanted, parsePlatforms } from "./platform.ts";

describe("parsePlatforms", () => {
  it.each([
    ["linux/amd64", "linux/amd64"],
    ["linux/arm64/v8 , linux/arm/v7", "linux/arm64/v8, linux/arm/v7"],
    ["windows/amd64/10.0.17763.1", "windows/amd64/10.0.17763.1"],
  ])("reads %s", (text, expected) => expect(formatPlatforms(parsePlatforms(text)!)).toBe(expected));

  it.each(["", "linux", "linux/", "/amd64", "linux/amd64,", "linux/amd64/v1/x", "linux amd64", "linux/\namd64"])(
    "refuses %j",
    (text) => expect(parsePlatforms(text)).toBeUndefined(),
  );
});

describe("isWanted", () => {
  it.each([
    ["linux/amd64", "linux/amd64", true],
    ["linux/arm64/v8", "linux/arm64", true],
    ["linux/arm64", "linux/arm64/v8", false],
    ["linux/arm/v6", "linux/arm/v7", false],
    ["linux/arm64", "linux/amd64", false],
    ["windows/amd64", "linux/amd64", false],
    ["unknown/unknown", "linux/amd64", false],
    ["linux/arm64", "linux/amd64, linux/arm64", true],
  ])("%s, when %s is wanted: %s", (platform, wanted, expected) => {
    const [one] = parsePlatforms(platform)!;
    expect(isWanted(one!, parsePlatforms(wanted)!)).toBe(expected);
  });
});
