import type { ErrorCode } from "../error.ts";
import { causeOf } from "../error.ts";

/** A request that got no answer, or only a part of one. */
export interface Failed {
  readonly kind: "failed";
  readonly code: ErrorCode;
  /** In words, without the address. */
  readonly cause: string;
  /** Whether the server may have received and carried out the request. */
  readonly sent: boolean;
  /** Whether the same request may succeed in a moment. */
  readonly passing: boolean;
}

/** How far a request came. */
export interface Progress {
  expired(): boolean;
  connected(): boolean;
}

/** Failures of the network that come and go; a name that does not exist or a certificate that is not trusted does not. */
const PASSING: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  ECONNABORTED: "connection aborted",
  EPIPE: "connection closed",
  ETIMEDOUT: "connection timed out",
  EAI_AGAIN: "name lookup failed",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
};

export function failedBecause(error: unknown, progress: Progress): Failed {
  const sent = progress.connected();
  if (progress.expired()) {
    const cause = sent ? "no complete answer in time" : "no connection in time";
    return { kind: "failed", code: "Timeout", cause, sent, passing: !sent };
  }
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const known = PASSING[code];
  if (known !== undefined) return { kind: "failed", code: "Unavailable", cause: known, sent, passing: true };
  const cause = code === "ENOTFOUND" ? "host name not found" : causeOf(error).slice(0, 200);
  return { kind: "failed", code: "Failed", cause, sent, passing: false };
}
