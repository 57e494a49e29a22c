import type { ErrorCode } from "../error.ts";
import { GitOpsError, isGitOpsError } from "../error.ts";
import type { Failed } from "./failed.ts";
import type { Answered } from "./http.ts";
import type { Target } from "./object.ts";
import { nameText, refText } from "./object.ts";
import { retryAfterMs } from "./retry.ts";
import { concealedCause } from "./secret-cause.ts";
import type { Status } from "./status.ts";
import { isRefused, isStarting, messageIn, parseStatus } from "./status.ts";

/** What was tried on what: the beginning of every message. */
export interface Subject extends Target {
  /** `apply`, `list` ... */
  readonly verb: string;
}

/** What is kept of a Status as the cause of an error: nothing that could quote an object. */
export interface StatusCause {
  readonly status: number;
  readonly reason: string;
  /** Of the object or namespace concerned. */
  readonly name: string;
  readonly retryAfterMs: number;
}

const RETRYABLE: readonly ErrorCode[] = ["Throttled", "Unavailable", "Timeout", "Conflict"];
const CODES: Readonly<Record<number, ErrorCode>> = {
  400: "Invalid",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "Unsupported",
  406: "Unsupported",
  408: "Timeout",
  409: "Conflict",
  413: "Invalid",
  415: "Unsupported",
  422: "Invalid",
  429: "Throttled",
  504: "Timeout",
};
const LONGEST = 300;

/** `apply Deployment qa/api: spec.replicas: Invalid value: -1: must be greater than or equal to 0`. */
export function failure(subject: Subject, code: ErrorCode, reason: string, cause?: StatusCause): GitOpsError {
  const message = `${subject.verb} ${nameText(subject)}: ${oneLine(reason)}`;
  const ref = subject.name === "" ? {} : { ref: refText(subject) };
  return new GitOpsError(message, { code, ...ref, retryable: RETRYABLE.includes(code), cause });
}

/** The error that an answer other than 2xx means. */
export function answerFailure(subject: Subject, answer: Answered): GitOpsError {
  return statusFailure(subject, answer.status, parseStatus(answer.body), retryAfterMs(answer));
}

/** The same for a Status that came without an answer of its own, as the ERROR event of a watch does. */
export function statusFailure(subject: Subject, code: number, status: Status | undefined, wait = 0): GitOpsError {
  const cause = { status: code, reason: status?.reason ?? "", name: status?.details?.name ?? "", retryAfterMs: wait };
  return failure(subject, codeOf(code, status), reasonOf(subject, code, status), cause);
}

function codeOf(code: number, status: Status | undefined): ErrorCode {
  if (status !== undefined && isRefused(status)) return "Invalid";
  if (status !== undefined && code === 403 && isStarting(status)) return "Unavailable";
  return CODES[code] ?? (code >= 500 ? "Unavailable" : "Failed");
}

export function connectionFailure(subject: Subject, server: URL, { code, cause }: Failed): GitOpsError {
  return failure(subject, code, `${server.origin} cannot be reached: ${cause}`);
}

/** What the server said of an error, when it was the server that said it and not something in between. */
export function causeIn(error: unknown): StatusCause | undefined {
  const cause = isGitOpsError(error) ? error.cause : undefined;
  return typeof cause === "object" && cause !== null && "status" in cause ? (cause as StatusCause) : undefined;
}

function reasonOf(subject: Subject, code: number, status: Status | undefined): string {
  if (code === 401) return "the API server does not accept the credentials";
  if (status === undefined) return `the server answers ${code} without saying why`;
  if (subject.group === "" && subject.kind === "Secret") return concealedCause(code, status);
  const causes = status.details?.causes ?? [];
  if (status.reason !== "Invalid" || causes.length === 0)
    return [messageIn(status), status.reason].find(Boolean) ?? `the server answers ${code} without saying why`;
  const texts = causes.map(({ field = "", message = "" }) =>
    [field, shortened(message)].filter((part) => part !== "").join(": "),
  );
  return [...new Set(texts)].join("; ");
}

/** The server quotes whole pod templates; what is wrong with them comes after. */
function shortened(message: string): string {
  return message.replace(/^(Invalid value: )(?:\{.{80,}\}|\[.{80,}\])(?=: )/s, "$1{…}");
}

/** One line without control characters; the bytes of the request that a decoder quotes are left out. */
function oneLine(text: string): string {
  const quoted = /,? ?error found in #\d+ byte of/.exec(text)?.index;
  const line = text
    .slice(0, quoted)
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
