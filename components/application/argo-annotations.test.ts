import { describe, expect, it } from "@jest/globals";

import { mistakesInAnnotation, parseTime, unknownAnnotation } from "./argo-annotations.ts";

describe("parseTime", () => {
  it.each([
    ["2026-01-31T12:00:00Z", Date.UTC(2026, 0, 31, 12)],
    ["2026-01-31t12:00:00.5z", Date.UTC(2026, 0, 31, 12) + 500],
    ["2026-01-31T12:00:00+02:00", Date.UTC(2026, 0, 31, 10)],
    ["2026-01-31T12:00:00", undefined],
    ["2026-13-31T12:00:00Z", undefined],
    ["2026-01-31 12:00:00Z", undefined],
    ["1769860800", undefined],
    ["now", undefined],
    ["", undefined],
  ])("reads %j as %j", (text, time) => expect(parseTime(text)).toBe(time));
});

describe("unknownAnnotation", () => {
  it.each([
    "example.com/hook",
    "argocd.argoproj.io/hook",
    "link.argocd.argoproj.io/wiki",
    "argocd.argoproj.io/refresh",
  ])("has nothing against %s", (key) => expect(unknownAnnotation(key)).toBeUndefined());

  it.each([
    ["argocd.argoproj.io/sync-waves", ', did you mean "argocd.argoproj.io/sync-wave"?'],
    ["argocd.argoproj.io/frobnicate-all", ""],
  ])("does not know %s", (key, advice) => {
    expect(unknownAnnotation(key)).toBe(`no annotation of Argo CD is called "${key}"${advice}`);
  });
});

describe("mistakesInAnnotation", () => {
  it.each([
    ["sync-options", "Prune=false, Delete=confirm", []],
    ["skip-reconcile", "true", []],
    ["skip-reconcile", "True", ['expected "true" or "false", found "True"']],
    ["deletion-approved", "2026-01-31T12:00:00Z", []],
    ["compare-options", "ServerSideDiff=false,IgnoreExtraneous", []],
    ["compare-options", "Ignore", ['unknown compare option "Ignore"']],
  ])("reads %s: %j", (name, value, mistakes) => {
    expect(mistakesInAnnotation(`argocd.argoproj.io/${name}`, value)).toEqual(mistakes);
  });
});
