import { setTimeout as sleep } from "node:timers/promises";

const LOOK_EVERY_MS = 100;
const TIMEOUT_MS = 30_000;

/** Looks until there is something to see. @throws with `what` and the last error when it takes too long */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | false | undefined> | T | false | undefined,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== false && found !== undefined) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`, { cause });
    await sleep(LOOK_EVERY_MS);
  }
}
