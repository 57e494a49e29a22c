import type { Retry } from "./application.ts";

/** A longer timer fires at once: Node keeps its delay in 32 bits. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * The waits before the retries, in milliseconds: duration, duration*factor, duration*factor^2 ... each at most maxDuration
 * (Argo CD's documented formula; its controller starts one step later). `limit` of them, or without end if negative.
 */
export function* delaysOf({ limit, backoff }: Retry): Generator<number, void> {
  const cap = backoff.maxDurationMs > 0 ? Math.min(backoff.maxDurationMs, LONGEST_TIMER_MS) : LONGEST_TIMER_MS;
  let delay = Math.min(backoff.durationMs, cap);
  for (let retry = 0; limit < 0 || retry < limit; retry++) {
    yield delay;
    delay = Math.min(delay * backoff.factor, cap);
  }
}
