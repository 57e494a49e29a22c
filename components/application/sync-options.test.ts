import { describe, expect, it } from "@jest/globals";

import type { OptionLevel } from "./sync-options.ts";
import { mistakesIn, remarksOn } from "./sync-options.ts";

/** Every option and value that the other level does not have as well. */
const BOTH = [
  ...["Prune=true", "Prune=false", "Prune=confirm", "Delete=true", "Delete=false", "Delete=confirm"],
  ...["PruneLast=true", "ApplyOutOfSyncOnly=true", "ServerSideApply=true", "Validate=true", "Replace=false"],
  "SkipDryRunOnMissingResource=false",
];
const APPLICATION = [
  ...["CreateNamespace=true", "CreateNamespace=false", "FailOnSharedResource=true", "RespectIgnoreDifferences=true"],
  ...["foreground", "background", "orphan"].map((policy) => `PrunePropagationPolicy=${policy}`),
  "ClientSideApplyMigration=false",
];

describe("mistakesIn", () => {
  it.each<[OptionLevel, readonly string[]]>([
    ["application", [...BOTH, ...APPLICATION]],
    ["object", [...BOTH, "Force=false"]],
  ])("knows every option of level %s", (level, options) => {
    for (const option of options) expect(mistakesIn([option], level)).toEqual([undefined]);
  });

  it.each<[option: string, level: OptionLevel, mistake: string]>([
    ["prune=false", "object", 'unknown sync option "prune=false", did you mean "Prune"?'],
    ["Prune", "object", 'sync option "Prune": expected Prune=true or Prune=false or Prune=confirm'],
    ["Prune= false", "object", 'sync option "Prune= false": expected Prune=true or Prune=false or Prune=confirm'],
    ["Frobnicate=true", "object", 'unknown sync option "Frobnicate=true"'],
    ["__proto__=true", "object", 'unknown sync option "__proto__=true"'],
    [
      "CreateNamespace=true",
      "object",
      'sync option "CreateNamespace=true" belongs into the Application, in spec.syncPolicy.syncOptions',
    ],
    [
      "Force=true",
      "application",
      'sync option "Force=true" belongs on single objects, in their annotation argocd.argoproj.io/sync-options',
    ],
    [
      "PrunePropagationPolicy=Foreground",
      "application",
      'sync option "PrunePropagationPolicy=Foreground": expected PrunePropagationPolicy=foreground or PrunePropagationPolicy=background or PrunePropagationPolicy=orphan',
    ],
  ])("does not take %j on level %s", (option, level, mistake) => {
    expect(mistakesIn([option], level)).toEqual([mistake]);
  });

  it("names options that contradict each other, and not one that is repeated", () => {
    expect(mistakesIn(["Prune=false", "Delete=true", "Prune=true", "Delete=true"], "object")).toEqual([
      'sync option "Prune=false" contradicts "Prune=true"',
      undefined,
      'sync option "Prune=true" contradicts "Prune=false"',
      undefined,
    ]);
  });
});

describe("remarksOn", () => {
  it("says which options have another effect here", () => {
    expect(remarksOn(["ServerSideApply=false", "Prune=false", "ServerSideApply=true"])).toEqual([
      "sync option ServerSideApply=false has no effect: everything is applied server-side, with fields of others left alone",
    ]);
  });
});
