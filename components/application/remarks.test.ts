import { describe, expect, it } from "@jest/globals";

import { migratedManagers, remarksOf, remarksOnObject } from "./remarks.ts";

const MANAGER = "argocd.argoproj.io/client-side-apply-migration-manager";

describe("remarksOf", () => {
  it("says nothing of what is carried out", () => {
    const annotations = { "argocd.argoproj.io/compare-options": "ServerSideDiff=true, IncludeMutationWebhook=true" };
    expect(remarksOf({ annotations, syncOptions: ["Prune=false", "ServerSideApply=true"] })).toEqual([]);
  });

  it("names each wish that has no effect", () => {
    const annotations = {
      "argocd.argoproj.io/compare-options": "ServerSideDiff=false",
      "argocd.argoproj.io/sync-wave": "2",
    };
    expect(remarksOf({ annotations, syncOptions: ["RespectIgnoreDifferences=false"] })).toEqual([
      "sync option RespectIgnoreDifferences=false has no effect: a field under ignoreDifferences is always left alone once its object exists",
      "compare option ServerSideDiff=false has no effect: what is compared is the API server's own answer",
      "annotation argocd.argoproj.io/sync-wave of the Application has no effect: no Application is an object of another one here",
    ]);
  });

  it.each([
    ["argocd.argoproj.io/hook", "Skip"],
    ["argocd.argoproj.io/ignore-healthcheck", "true"],
    ["argocd.argoproj.io/ignore-restart-policy", "true"],
    ["argocd.argoproj.io/tracking-id", "apps:argoproj.io/Application:argocd/web"],
    ["argocd.argoproj.io/application-set-refresh", "true"],
    ["notifications.argoproj.io/subscribe.on-sync-failed.slack", "team"],
  ])("says that %s of an Application has no effect", (key, value) => {
    expect(remarksOf({ annotations: { [key]: value }, syncOptions: [] })).toEqual([
      expect.stringContaining(`annotation ${key} of the Application has no effect: `),
    ]);
  });

  it.each([
    ["sync-options", "Prune=false, Delete=confirm", []],
    ["sync-options", "Prune=true, Replace=true", ["sync option Replace=true"]],
    ["compare-options", "IgnoreExtraneous", ["compare option IgnoreExtraneous"]],
  ])("of %s %s of the Application names what an app of apps would read", (name, value, options) => {
    const annotations = { [`argocd.argoproj.io/${name}`]: value };
    expect(remarksOf({ annotations, syncOptions: [] })).toEqual(
      options.map(
        (option) =>
          `${option} of the Application itself has no effect: no Application is an object of another one here`,
      ),
    );
  });

  it.each(["refresh", "manifest-generate-paths", "managed-by-url", "ignore-default-links", "ignore-resource-updates"])(
    "says nothing of %s, which asks for what is done anyway or is for display",
    (name) => {
      expect(remarksOf({ annotations: { [`argocd.argoproj.io/${name}`]: "x" }, syncOptions: [] })).toEqual([]);
    },
  );
});

describe("remarksOnObject", () => {
  it.each([
    ["argocd.argoproj.io/sync-wave", "2", []],
    ["argocd.argoproj.io/ignore-restart-policy", "true", []],
    ["link.argocd.argoproj.io/wiki", "https://example.com", []],
    [
      "argocd.argoproj.io/skip-reconcile",
      "true",
      ["annotation argocd.argoproj.io/skip-reconcile has no effect on an object: it belongs on the Application"],
    ],
    [
      "argocd.argoproj.io/tracking-id",
      "web:/ConfigMap:qa/web",
      [
        "annotation argocd.argoproj.io/tracking-id has no effect here, but an Argo CD that sees the object may take it for its own",
      ],
    ],
    [
      "argocd.argoproj.io/compare-options",
      "IgnoreExtraneous,ServerSideDiff=false",
      ["compare option ServerSideDiff=false has no effect: what is compared is the API server's own answer"],
    ],
  ])("of %s: %s", (key, value, remarks) => expect(remarksOnObject({ [key]: value })).toEqual(remarks));
});

describe("migratedManagers", () => {
  it.each<[annotations: Record<string, string>, syncOptions: string[], expected: string[]]>([
    [{}, [], []],
    [{}, ["ClientSideApplyMigration=true"], []],
    [{}, ["ClientSideApplyMigration=false"], ["!kubectl-client-side-apply"]],
    [{ [MANAGER]: "deploy-bot" }, [], ["deploy-bot"]],
    [{ [MANAGER]: "deploy-bot" }, ["ClientSideApplyMigration=false"], ["!deploy-bot"]],
  ])("of %j with %j are %j", (annotations, syncOptions, expected) => {
    expect(migratedManagers({ annotations, syncOptions })).toEqual(expected);
  });
});
