import { describe, expect, it } from "@jest/globals";

import { checkPullSecret, parsePullSecret } from "./pull-secret.ts";

describe("parsePullSecret", () => {
  it.each([
    ["pullsecret:argocd/registry", { kind: "pullsecret", namespace: "argocd", name: "registry" }],
    ["secret:argocd/registry#token", { kind: "secret", namespace: "argocd", name: "registry", field: "token" }],
    ["env:REGISTRY_LOGIN", { kind: "env", variable: "REGISTRY_LOGIN" }],
    [" ext:/opt/login --now ", { kind: "ext", program: "/opt/login --now" }],
  ])("reads %s", (text, expected) => {
    expect(parsePullSecret(text)).toEqual(expected);
  });

  it.each([
    ...["", "user:password", "env:", "env:A-B", "ext:login", "ext:/a\nb", "pullsecret:registry", "secret:a/b"],
    ...[
      "pullsecret:../registry",
      "pullsecret:a/b/c",
      "pullsecret:a/..",
      "secret:a/b#",
      "secret:a/b#../c",
      "secret:a/b#.",
    ],
    ...["pullsecret:A/b", "file:/etc/passwd", "PULLSECRET:a/b"],
  ])("refuses %j without repeating it", (text) => {
    expect(parsePullSecret(text)).toBeUndefined();
    expect(checkPullSecret(text)).toMatch(/^expected pullsecret:/);
  });
});
