import { describe, expect, it } from "@jest/globals";

import { hookMistakes, hookOf } from "./hook.ts";
import type { Manifest } from "./object.ts";

const ARGO = "argocd.argoproj.io/hook";
const HELM = "helm.sh/hook";
const POLICY = "argocd.argoproj.io/hook-delete-policy";
const HELM_POLICY = "helm.sh/hook-delete-policy";

function job(annotations?: Record<string, string>): Manifest {
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name: "migrate", ...(annotations && { annotations }) } };
}

describe("hookOf", () => {
  it.each([
    [{ [ARGO]: "PreSync" }, ["PreSync"]],
    [{ [ARGO]: " PostSync , PreSync,PreSync" }, ["PreSync", "PostSync"]],
    [{ [ARGO]: "Sync,SyncFail,PreDelete,PostDelete,Skip" }, ["Sync", "SyncFail", "PreDelete", "PostDelete", "Skip"]],
    [{ [ARGO]: "presync" }, []],
    [{ [HELM]: "pre-install,pre-upgrade" }, ["PreSync"]],
    [{ [HELM]: "post-install, post-upgrade" }, ["PostSync"]],
    [{ [HELM]: "pre-delete" }, ["PreDelete"]],
    [{ [HELM]: "post-delete" }, ["PostDelete"]],
    [{ [HELM]: "test" }, []],
    [{ [HELM]: "pre-rollback,post-rollback" }, []],
    [{ [HELM]: "crd-install,pre-install" }, ["PreSync"]],
    [{ [ARGO]: "PostSync", [HELM]: "pre-install" }, ["PostSync"]],
  ])("reads the types of %j as %j", (annotations, types) => {
    expect(hookOf(job(annotations))?.types).toEqual(types);
  });

  it.each([
    [{}, ["BeforeHookCreation"]],
    [{ [POLICY]: "HookSucceeded" }, ["HookSucceeded"]],
    [{ [POLICY]: "BeforeHookCreation, HookFailed" }, ["HookFailed", "BeforeHookCreation"]],
    [{ [HELM_POLICY]: "before-hook-creation,hook-succeeded" }, ["HookSucceeded", "BeforeHookCreation"]],
    [{ [POLICY]: "HookFailed", [HELM_POLICY]: "hook-succeeded" }, ["HookSucceeded", "HookFailed"]],
    [{ [POLICY]: "whenever" }, ["BeforeHookCreation"]],
  ])("reads the delete policies of %j as %j", (annotations, policies) => {
    expect(hookOf(job({ [ARGO]: "Sync", ...annotations }))?.deletePolicies).toEqual(policies);
  });

  it("takes every other object for an ordinary one", () => {
    expect(hookOf(job())).toBeUndefined();
    expect(hookOf(job({ "argocd.argoproj.io/hook-weight": "1" }))).toBeUndefined();
    expect(hookOf(job({ [HELM]: "crd-install" }))).toBeUndefined();
  });
});

describe("hookMistakes", () => {
  it.each([
    [{ [ARGO]: "PreSink" }, [[ARGO, "PreSink"]]],
    [{ [ARGO]: "presync,PostSync" }, [[ARGO, "presync"]]],
    [{ [ARGO]: "" }, [[ARGO, ""]]],
    [{ [HELM]: "pre-instal" }, [[HELM, "pre-instal"]]],
    [{ [ARGO]: "Sync", [HELM]: "whatever" }, []],
    [{ [ARGO]: "Sync", [POLICY]: "HookSuceeded" }, [[POLICY, "HookSuceeded"]]],
    [{ [HELM]: "pre-install", [HELM_POLICY]: "HookSucceeded" }, [[HELM_POLICY, "HookSucceeded"]]],
    [{ [ARGO]: "PreSync, Skip", [POLICY]: "HookFailed" }, []],
    [{ [HELM]: "test-success,crd-install,post-rollback" }, []],
    [undefined, []],
  ])("finds in %j what means nothing", (annotations, found) => {
    const mistakes = hookMistakes(job(annotations));
    expect(mistakes.map(({ annotation, found: word }) => [annotation, word])).toEqual(found);
  });
});
