import { describe, expect, it } from "@jest/globals";

import type { DeletePolicy } from "../manifest/hook.ts";
import type { Manifest } from "../manifest/object.ts";
import type { Reuse } from "./leftover.ts";
import { outcomeOf, reuseOf } from "./leftover.ts";

const METADATA = { name: "migrate", namespace: "qa" };

function job(condition?: string): Manifest {
  const conditions = condition === undefined ? [] : [{ type: condition, status: "True" }];
  return { apiVersion: "batch/v1", kind: "Job", metadata: METADATA, status: { conditions } };
}

const running = job();
const complete = job("Complete");
const failed = job("Failed");
const config: Manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: METADATA };
const claim: Manifest = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: METADATA };

describe("what an earlier sync left of a hook", () => {
  it.each<[string, readonly DeletePolicy[], Manifest, Reuse]>([
    ["done, by default", ["BeforeHookCreation"], complete, "replace"],
    ["running, by default", ["BeforeHookCreation"], running, "replace"],
    ["a ConfigMap, by default", ["BeforeHookCreation"], config, "replace"],
    ["done, and to be made once", ["HookFailed"], complete, "await"],
    ["running, and to be made once", ["HookFailed"], running, "await"],
    ["failed, which its killed sync should have deleted", ["HookFailed"], failed, "replace"],
    ["done, which its killed sync should have deleted", ["HookSucceeded"], complete, "replace"],
    ["failed, and left to be looked at", ["HookSucceeded"], failed, "replace"],
    ["running, and deleted when done", ["HookSucceeded"], running, "await"],
    ["a ConfigMap, and to be made once", ["HookFailed"], config, "apply"],
    ["a volume claim, whatever its policy", ["BeforeHookCreation"], claim, "apply"],
    ["being deleted", ["HookFailed"], { ...running, metadata: { ...METADATA, deletionTimestamp: "now" } }, "replace"],
  ])("%s", (_, deletePolicies, leftover, reuse) => {
    expect(reuseOf(leftover, { types: ["PreSync"], deletePolicies })).toBe(reuse);
  });
});

describe("outcomeOf", () => {
  it.each([
    [undefined, "succeeded"],
    ["Healthy", "succeeded"],
    ["Degraded", "failed"],
    ["Unknown", "failed"],
    ["Progressing", "running"],
    ["Suspended", "running"],
    ["Missing", "running"],
  ] as const)("of a hook that is %s is: %s", (status, outcome) => {
    expect(outcomeOf(status && { status, message: "" })).toBe(outcome);
  });
});
