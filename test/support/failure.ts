import { expect } from "@jest/globals";

import { isGitOpsError } from "../../components/error.ts";
import type { GitOpsError } from "../../components/error.ts";

/** The failure that a promise must end in. */
export async function failureOf(promise: Promise<unknown>): Promise<GitOpsError> {
  const error = await promise.then(
    (value) => new Error(`nothing failed: ${JSON.stringify(value)}`),
    (failure: unknown) => failure,
  );
  if (!isGitOpsError(error)) throw error;
  return error;
}

/** The same, and it must be meant for a person: a code and one printable line. */
export async function printableFailureOf(promise: Promise<unknown>): Promise<GitOpsError> {
  const error = await failureOf(promise);
  expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  return error;
}
