import { setTimeout as sleep } from "node:timers/promises";

import type { Retry } from "../application/application.ts";
import { delaysOf } from "../application/delays.ts";
import { causeOf, GitOpsError, isGitOpsError } from "../error.ts";

export interface RetryOptions {
  readonly retry: Retry;
  /** Told before each wait. */
  readonly onRetry: (sentence: string) => void;
  /** @default a real pause */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/**
 * Tries a whole sync again while its failure may pass by itself, with the waits of `spec.syncPolicy.retry`.
 * @throws the last error, which then says how often it was tried; at once when waiting cannot help
 */
export async function withRetry<T>(
  work: (attempt: number) => Promise<T>,
  { retry, onRetry, pause = sleep }: RetryOptions,
): Promise<T> {
  const waits: number[] = [];
  for (const delay of delaysOf(retry)) {
    try {
      return await work(waits.length);
    } catch (error) {
      if (!mayPass(error)) throw error;
      waits.push(delay);
      const limit = retry.limit < 0 ? "unlimited" : retry.limit;
      onRetry(`retry ${waits.length} of ${limit} in ${delay / 1000} s: ${causeOf(error)}`);
      await pause(delay);
    }
  }
  return work(waits.length).catch((error: unknown) => {
    throw waits.length > 0 && mayPass(error) ? gaveUp(error, waits) : error;
  });
}

function mayPass(error: unknown): error is GitOpsError {
  return isGitOpsError(error) && error.retryable;
}

/** So many waits are listed one by one. */
const LISTED = 6;

function gaveUp(error: GitOpsError, waits: readonly number[]): GitOpsError {
  const seconds = waits.map((ms) => ms / 1000);
  const listed = seconds.length > LISTED ? [...seconds.slice(0, LISTED - 1), "…", seconds.at(-1)] : seconds;
  const { code, ref } = error;
  const message = `gave up after ${waits.length + 1} attempts, with waits of ${listed.join(", ")} s: ${causeOf(error)}`;
  return new GitOpsError(message, { code, ...(ref !== undefined && { ref }), retryable: true, cause: error });
}
