import { describe, expect, it } from "@jest/globals";

import { canonicalJson } from "../manifest/json.ts";
import type { Manifest } from "../manifest/object.ts";
import { optionsOf, propagationOf, saidOfOptions } from "./options.ts";
import { POLICY } from "./sync.fixture.ts";

const SYNC = "argocd.argoproj.io/sync-options";
const COMPARE = "argocd.argoproj.io/compare-options";

function annotated(annotations: Record<string, string>): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web", namespace: "qa", annotations } };
}

const NOTHING = {
  ...{ prune: "true", delete: "true", pruneLast: false, ignoreExtraneous: false },
  ...{ validate: true, skipDryRunOnMissingResource: false, replace: false, force: false },
  ...{ mistakes: [], remarks: [] },
};

describe("optionsOf", () => {
  it.each([
    ["", NOTHING],
    ["Prune=false", { ...NOTHING, prune: "false" }],
    ["Prune=confirm,Delete=confirm", { ...NOTHING, prune: "confirm", delete: "confirm" }],
    ["Delete=false", { ...NOTHING, delete: "false" }],
    [" Prune=false ,Delete=false,", { ...NOTHING, prune: "false", delete: "false" }],
    ["PruneLast=true", { ...NOTHING, pruneLast: true }],
    ["Validate=false,Replace=true", { ...NOTHING, validate: false, replace: true }],
    ["Force=true,SkipDryRunOnMissingResource=true", { ...NOTHING, force: true, skipDryRunOnMissingResource: true }],
    ["Prune=true,ServerSideApply=true,Validate=true,Replace=false", NOTHING],
  ])("reads the sync options %j", (text, expected) => {
    expect(optionsOf(annotated({ [SYNC]: text }))).toEqual(expected);
  });

  it("asks the object first, and then its Application", () => {
    const defaults = ["Prune=false", "Delete=confirm", "PruneLast=true"];
    expect(optionsOf(annotated({}), defaults)).toMatchObject({ prune: "false", delete: "confirm", pruneLast: true });
    expect(optionsOf(annotated({ [SYNC]: "Prune=true,PruneLast=false" }), defaults)).toMatchObject({
      ...{ prune: "true", delete: "confirm", pruneLast: false },
    });
  });

  it.each([
    [SYNC, "Prune=flase", 'sync option "Prune=flase": expected Prune=true or Prune=false or Prune=confirm'],
    [SYNC, "Prun=false", 'unknown sync option "Prun=false", did you mean "Prune"?'],
    [COMPARE, "IgnoreExtraneus", 'unknown compare option "IgnoreExtraneus", did you mean "IgnoreExtraneous"?'],
    [
      "argocd.argoproj.io/sync-option",
      "Prune=false",
      'no annotation of Argo CD is called "argocd.argoproj.io/sync-option", did you mean "argocd.argoproj.io/sync-options"?',
    ],
    [
      "argocd.argoproj.io/ignore-healthcheck",
      "yes",
      'argocd.argoproj.io/ignore-healthcheck: expected "true" or "false", found "yes"',
    ],
  ])("keeps an object that it does not understand: %s: %s", (key, value, mistake) => {
    expect(optionsOf(annotated({ [key]: value }), ["Prune=true"])).toMatchObject({
      ...{ prune: "false", delete: "false", mistakes: [mistake] },
    });
  });

  it("knows the annotation of pods whose containers may not end in an error", () => {
    const key = "argocd.argoproj.io/ignore-restart-policy";
    expect(optionsOf(annotated({ [key]: "true" }))).toEqual(NOTHING);
    expect(optionsOf(annotated({ [key]: "yes" })).mistakes).toEqual([
      `${key}: expected "true" or "false", found "yes"`,
    ]);
  });

  it.each([
    ["IgnoreExtraneous", true],
    ["ServerSideDiff=true,IgnoreExtraneous", true],
    ["IncludeMutationWebhook=true", false],
  ])("reads the compare options %j", (text, ignoreExtraneous) => {
    expect(optionsOf(annotated({ [COMPARE]: text }))).toEqual({ ...NOTHING, ignoreExtraneous });
  });
});

describe("saidOfOptions", () => {
  it("names the object of each sentence", () => {
    const manifests = {
      "ConfigMap qa/web": canonicalJson(annotated({ [SYNC]: "Foo=true,ServerSideApply=false" })),
      "ConfigMap qa/plain": canonicalJson(annotated({})),
    };
    expect(saidOfOptions(manifests)).toEqual([
      'ConfigMap qa/web: unknown sync option "Foo=true"; the object is kept',
      "ConfigMap qa/web: sync option ServerSideApply=false has no effect: everything is applied server-side, with fields of others left alone",
    ]);
  });
});

describe("saidOfOptions of a hook", () => {
  it("does not say that it is kept: it goes by its delete policy", () => {
    const hooks = { "Job qa/migrate": canonicalJson(annotated({ [SYNC]: "Foo=true" })) };
    expect(saidOfOptions({}, hooks)).toEqual(['Job qa/migrate: unknown sync option "Foo=true"']);
  });
});

describe("a wave that is none", () => {
  const wave = "argocd.argoproj.io/sync-wave";

  it.each(["1", "-5", "+2"])("is not %j", (text) => expect(optionsOf(annotated({ [wave]: text }))).toEqual(NOTHING));

  it.each(["one", "1.5", "", "1234567890"])("is %j, and that is said", (text) => {
    const remark = `argocd.argoproj.io/sync-wave: expected a whole number, found "${text}"; it counts for nothing`;
    expect(optionsOf(annotated({ [wave]: text }))).toEqual({ ...NOTHING, remarks: [remark] });
  });
});

describe("propagationOf", () => {
  it.each([
    [undefined, "Foreground"],
    [["PruneLast=true"], "Foreground"],
    [["PrunePropagationPolicy=foreground"], "Foreground"],
    [["PrunePropagationPolicy=background"], "Background"],
    [["PrunePropagationPolicy=orphan"], "Orphan"],
  ])("of %j is %s", (syncOptions, expected) => {
    expect(propagationOf({ ...POLICY, ...(syncOptions && { syncOptions }) })).toBe(expected);
  });
});
