import { describe, expect, it } from "@jest/globals";

import { misspeltHooks, separateHooks } from "./hooks.ts";
import type { Manifest } from "./manifest/object.ts";

function job(annotations?: Record<string, string>, spec: object = { backoffLimit: 0 }): Manifest {
  const metadata = { name: "migrate", namespace: "qa", labels: { app: "web" }, ...(annotations && { annotations }) };
  return { apiVersion: "batch/v1", kind: "Job", metadata, spec };
}

describe("a misspelt hook", () => {
  it.each([
    [
      { "argocd.argoproj.io/hook": "presync" },
      'argocd.argoproj.io/hook: unknown word "presync", did you mean "PreSync"?',
    ],
    [{ "helm.sh/hook": "pre-instal" }, 'helm.sh/hook: unknown word "pre-instal", did you mean "pre-install"?'],
    [
      { "argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/hook-delete-policy": "never" },
      'argocd.argoproj.io/hook-delete-policy: unknown word "never", expected one of HookSucceeded, HookFailed, BeforeHookCreation',
    ],
  ])("is named with its object and what was meant: %j", (annotations, sentence) => {
    expect(misspeltHooks(job(annotations))).toEqual([`batch/Job qa/migrate: ${sentence}`]);
  });

  it("is no ordinary object and no hook that is spelt well", () => {
    expect(misspeltHooks(job())).toEqual([]);
    expect(misspeltHooks(job({ "argocd.argoproj.io/hook": "PreSync,SyncFail" }))).toEqual([]);
  });
});

describe("separateHooks", () => {
  it("keeps hooks apart from what is to exist all the time, a definition of Helm's among it", () => {
    const hook = job({ "argocd.argoproj.io/hook": "PreSync" });
    const definition = job({ "helm.sh/hook": "crd-install" });
    expect(separateHooks([hook, job(), definition])).toEqual({ ordinary: [job(), definition], hooks: [hook] });
  });

  it.each([{ "argocd.argoproj.io/hook": "Skip,PreSync" }, { "helm.sh/hook": "test" }])(
    "keeps only the name of what never runs: %j",
    (annotations) => {
      const metadata = { name: "migrate", namespace: "qa", annotations };
      expect(separateHooks([job({ ...annotations, team: "x" })]).hooks).toEqual([
        { apiVersion: "batch/v1", kind: "Job", metadata },
      ]);
    },
  );
});
