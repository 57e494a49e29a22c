import { setTimeout as sleep } from "node:timers/promises";

import type { Failed } from "./failed.ts";
import type { Answered } from "./http.ts";
import { isRefused, isStarting, parseStatus } from "./status.ts";

export interface RetryOptions {
  /** Milliseconds that all attempts at one request and the pauses between them may take. @default 30 000 */
  readonly budgetMs?: number;
  /** Of the first pause; it doubles from attempt to attempt. @default 200 */
  readonly firstPauseMs?: number;
  /** @default 5 000 */
  readonly longestPauseMs?: number;
  /** @default a real pause; rejects when the signal is aborted */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

export type Retry = Required<RetryOptions>;

/** Whether a request may be carried out twice, or only be repeated when it certainly was not carried out. */
export type Repeat = "always" | "unless sent";

export interface Repetition {
  readonly repeat: Repeat;
  /** Whether the server may refuse what it is about to permit. */
  readonly settling: () => boolean;
}

const REFUSED: readonly number[] = [401, 403];
const BUSY: readonly number[] = [500, 502, 503, 504];

export function retryWith(options: RetryOptions = {}): Retry {
  return {
    ...{ budgetMs: 30_000, firstPauseMs: 200, longestPauseMs: 5_000 },
    pause: (ms, signal) => sleep(ms, undefined, { signal }),
    now: () => performance.now(),
    random: Math.random,
    ...options,
  };
}

/**
 * Repeats a request while its failure may pass, with pauses that double and are jittered, or after `Retry-After`.
 * @returns the first result that stands, or the last one when the budget is used up
 */
export async function repeatedly(
  attempt: () => Promise<Answered | Failed>,
  repetition: Repetition,
  retry: Retry,
  signal: AbortSignal,
): Promise<Answered | Failed> {
  const deadline = retry.now() + retry.budgetMs;
  for (let number = 0; ; number++) {
    const result = await attempt();
    if (!mayRepeat(result, repetition)) return result;
    const pauseMs = pauseBefore(number, result, retry);
    if (signal.aborted || retry.now() + pauseMs > deadline) return result;
    const rested = await retry.pause(pauseMs, signal).then(
      () => true,
      () => false,
    );
    if (!rested) return result;
  }
}

function mayRepeat(result: Answered | Failed, { repeat, settling }: Repetition): boolean {
  if (result.kind === "failed") return result.passing && (repeat === "always" || !result.sent);
  // All of these are said before anything is done.
  if (REFUSED.includes(result.status) && settling()) return true;
  if (result.status === 429 || (result.status === 403 && isStarting(parseStatus(result.body) ?? {}))) return true;
  return repeat === "always" && BUSY.includes(result.status) && !isRefused(parseStatus(result.body) ?? {});
}

function pauseBefore(number: number, result: Answered | Failed, retry: Retry): number {
  const jittered = backoff(number, retry);
  return result.kind === "answered" ? Math.max(retryAfterMs(result), jittered) : jittered;
}

/** Milliseconds before attempt `number` + 1: half of it for certain, the rest by chance, so that clients do not march in step. */
export function backoff(number: number, { firstPauseMs, longestPauseMs, random }: Retry): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** number) * (0.5 + random() / 2);
}

/** Milliseconds; 0 when the field says nothing. Seconds or a date (RFC 9110 section 10.2.3), a date against the server's own. */
export function retryAfterMs({ headers }: Pick<Answered, "headers">): number {
  const text = headers["retry-after"]?.trim() ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const wait = Date.parse(text) - Date.parse(headers.date ?? "");
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}
