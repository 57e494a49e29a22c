import { isGitOpsError } from "../error.ts";
import { causeIn } from "./errors.ts";
import type { Outage } from "./outage.ts";
import type { Retry } from "./retry.ts";
import { backoff } from "./retry.ts";

/** How the streams of one watch fared, and what follows from that for the next one. */
export interface StreamLives {
  opened(): void;
  delivered(): void;
  /** The server ended the stream. @returns milliseconds to wait before the next one */
  ended(): number;
  /** The same for a stream that broke or was never opened. @throws the error when it will not pass */
  broke(error: unknown): number;
  /** Whether the next stream would break at the same place again. */
  hopeless(): boolean;
}

/** Right after a restart the API server refuses what it is about to permit: it does not know all roles and kinds yet. */
const SETTLING_MS = 30_000;
const SETTLING_CODES: readonly string[] = ["Unauthorized", "Forbidden", "NotFound"];
/** A server that ends streams sooner than this is not well, and is not asked again at once. */
const SHORT_MS = 1_000;
/** So many streams in a row that broke without an event: what breaks them is the first event they would deliver. */
const HOPELESS = 5;

export function trackStreams(retry: Retry, outage: Outage): StreamLives {
  let openedAt: number | undefined;
  let lastAlive = -Infinity;
  /** Streams in a row that came to nothing: never opened, short-lived or broken. */
  let failures = 0;
  let barren = 0;

  /** @returns how long the stream was open */
  function close(): number {
    if (openedAt === undefined) return 0;
    const age = retry.now() - openedAt;
    lastAlive = retry.now();
    openedAt = undefined;
    if (age >= SHORT_MS) failures = 0;
    return age;
  }

  return {
    opened: () => {
      openedAt = retry.now();
      barren++;
    },
    delivered: () => {
      failures = 0;
      barren = 0;
    },
    ended: () => {
      barren = 0;
      return close() >= SHORT_MS ? 0 : backoff(failures++, retry);
    },
    broke: (error) => {
      close();
      if (!mayPass(error, retry.now() - lastAlive < SETTLING_MS || outage.isRecent())) throw error;
      return Math.max(backoff(failures++, retry), causeIn(error)?.retryAfterMs ?? 0);
    },
    hopeless: () => {
      if (barren < HOPELESS) return false;
      barren = 0;
      return true;
    },
  };
}

function mayPass(error: unknown, settling: boolean): boolean {
  if (!isGitOpsError(error)) return false;
  return error.retryable || causeIn(error)?.status === 410 || (settling && SETTLING_CODES.includes(error.code));
}
