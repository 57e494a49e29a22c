import { setTimeout as wait } from "node:timers/promises";

import { isGitOpsError } from "../error.ts";

/** Repeats what failed for a passing cause, after each of these pauses (milliseconds, lengthened by up to a half at random). */
export async function retrying<T>(pauses: readonly number[], task: () => Promise<T>): Promise<T> {
  for (const pause of pauses) {
    try {
      return await task();
    } catch (error) {
      if (!isGitOpsError(error) || !error.retryable) throw error;
    }
    await wait(pause * (1 + Math.random() / 2));
  }
  return task();
}
