import { describe, expect, it } from "@jest/globals";

import type { SignaturePolicy } from "./signature-policy.ts";
import { policyFor } from "./signature-policy.ts";

function policy(...repositories: readonly string[]): SignaturePolicy {
  return { repositories, mode: "commit" };
}

describe("policyFor", () => {
  it.each([
    "https://github.com/my-org/api",
    "https://github.com/my-org/api.git",
    "https://GitHub.com/My-Org/API.git/",
    "https://github.com:443/my-org/api",
    "https://github.com//my-org/./api",
    "https://github.com/other/../my-org/api",
    "https://github.com/other/%2e%2E/my-org/api",
    "https://github.com/my%2Dorg/api",
    "ssh://git@github.com/my-org/api.git",
    "ssh://git@github.com:22/my-org/api.git",
    "git@github.com:my-org/api.git",
    "git@github.com:/my-org/api",
  ])("finds the policy of %s however it is written", (repoURL) => {
    for (const pattern of ["https://github.com/my-org/*", "git@github.com:my-org/api", "github.com/*/API.git", "*"])
      expect(policyFor([policy(pattern)], repoURL)).toBeDefined();
  });

  it.each([
    "https://github.com/my-org2/api",
    "https://github.com/my-orgs",
    "https://evil.com/github.com/my-org/api",
    "https://githubxcom/my-org/api",
    "https://github.com/my-org/../other/api",
  ])("finds none for %s", (repoURL) => {
    expect(policyFor([policy("https://github.com/my-org/*")], repoURL)).toBeUndefined();
  });

  it("takes the first that fits", () => {
    const [one, all] = [policy("github.com/a/*", "github.com/b/*"), policy("*")];
    expect(policyFor([one, all], "https://github.com/b/x")).toBe(one);
    expect(policyFor([one, all], "https://github.com/c/x")).toBe(all);
    expect(policyFor([], "https://github.com/c/x")).toBeUndefined();
  });
});
