import { describe, expect, it } from "@jest/globals";

import type { ErrorCode } from "../error.ts";
import { GitOpsError } from "../error.ts";
import { advise } from "./advice.ts";

function failed(message: string, code: ErrorCode, status?: number): GitOpsError {
  const cause = status === undefined ? undefined : { status, reason: "", name: "", retryAfterMs: 0 };
  return new GitOpsError(`apply ConfigMap qa/web: ${message}`, { code, ref: "ConfigMap qa/web", cause });
}

describe("advise", () => {
  it.each<[message: string, code: ErrorCode, status: number | undefined, wayOut: string]>([
    ["the cluster does not know the kind Widget", "NotFound", undefined, "SkipDryRunOnMissingResource=true"],
    ['namespaces "qa" not found', "NotFound", 404, "CreateNamespace=true"],
    ['User "ci" cannot patch resource "configmaps"', "Forbidden", 403, "grant that right"],
    ['configmaps "web" is forbidden: exceeded quota: few, requested: 1', "Forbidden", 403, "raise the quota"],
    ['admission webhook "x" denied the request', "Forbidden", 403, "the policy that denies it"],
  ])("adds the way out to %j", (message, code, status, wayOut) => {
    const before = failed(message, code, status);
    const after = advise(before) as GitOpsError;
    expect(after.message).toContain(`${before.message}; `);
    expect(after.message).toContain(wayOut);
    expect(after).toMatchObject({ code, ref: before.ref, retryable: false });
    expect(after.cause).toBe(before.cause);
  });

  it("lets a namespace that is going be waited for", () => {
    const message = "unable to create new content in namespace qa because it is being terminated";
    expect(advise(failed(message, "Forbidden", 403))).toMatchObject({ code: "Forbidden", retryable: true });
  });

  it.each([
    failed("spec.replicas: Invalid value: -1", "Invalid", 422),
    failed("the server is busy", "Unavailable", 503),
    new Error("broken"),
  ])("has nothing to add to %s", (error) => expect(advise(error)).toBe(error));
});
