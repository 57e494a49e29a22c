import { describe, expect, it } from "@jest/globals";

import { isDnsLabel, isDnsSubdomain, isLabelValue, isQualifiedName } from "./names.ts";

describe("Kubernetes names", () => {
  it.each([
    [isDnsLabel, ["a", "qa", "a-b", "0", "a".repeat(63)], ["", "-a", "a-", "A", "a.b", "a_b", "a\n", "a".repeat(64)]],
    [
      isDnsSubdomain,
      ["a", "a.b", "a-1.b", "a".repeat(253)],
      ["", ".a", "a.", "a..b", "A", "a/b", "__proto__", "a".repeat(254)],
    ],
    [
      isQualifiedName,
      ["a", "A_b.c-1", "example.com/a", "Example.com/a", "constructor"],
      ["", "/a", "a/", "a/b/c", "-a", "__proto__", "a b", `x/${"a".repeat(64)}`],
    ],
    [isLabelValue, ["", "a", "A_b.c-1"], ["-a", "a b", "a/b", "a".repeat(64)]],
  ])("%p accepts what the API server accepts", (check, right, wrong) => {
    expect(right.filter((text) => !check(text))).toEqual([]);
    expect(wrong.filter(check)).toEqual([]);
  });
});
