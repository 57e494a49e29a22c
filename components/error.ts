/** One mistake in what a person wrote: where it stands, what was expected and what was found. */
export interface Failure {
  readonly file?: string;
  /** First line is 1. */
  readonly line?: number;
  /** Path of the field, e.g. `spec.source.path`, or a configuration key. */
  readonly property: string;
  readonly reason: string;
}

/** `infra/applications/api.yaml:12: spec.source.path: expected a string, found a list`. */
export function formatFailure({ file, line, property, reason }: Failure): string {
  const place = file === undefined ? "" : line === undefined ? `${file}: ` : `${file}:${line}: `;
  return property === "" ? `${place}${reason}` : `${place}${property}: ${reason}`;
}

export type ErrorCode =
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "Conflict"
  | "Invalid"
  | "Throttled"
  | "Unavailable"
  | "Timeout"
  | "Refused"
  | "Unsupported"
  | "Failed";

export interface ErrorDetails {
  readonly code: ErrorCode;
  /** The object concerned, e.g. `apps/Deployment qa/api`. */
  readonly ref?: string;
  /** Whether the same attempt may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** An operation that failed. Compare `code`: two copies of this module can be loaded in one process. */
export class GitOpsError extends Error {
  readonly code: ErrorCode;
  readonly ref: string | undefined;
  readonly retryable: boolean;

  constructor(message: string, { code, ref, retryable = false, cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "GitOpsError";
    this.code = code;
    this.ref = ref;
    this.retryable = retryable;
  }
}

export function isGitOpsError(error: unknown): error is GitOpsError {
  return error instanceof Error && error.name === "GitOpsError";
}

/** A mistake that is found too late to be told with all others. */
export function mistakeError(failure: Failure, code: ErrorCode = "Invalid"): GitOpsError {
  return new GitOpsError(formatFailure(failure), { code });
}

/** The first line of an error's message, fit for one line of a report. */
export function causeOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? "";
}

/** One error that says all of them, so that nobody mends one to meet the next; retryable only when each of them is. */
export function combineErrors(errors: readonly unknown[]): unknown {
  const [first] = errors;
  if (errors.every((error) => error === first)) return first;
  const retryable = errors.every((error) => isGitOpsError(error) && error.retryable);
  const code = isGitOpsError(first) ? first.code : "Failed";
  return new GitOpsError([...new Set(errors)].map(causeOf).join("; "), {
    code,
    retryable,
    cause: new AggregateError(errors),
  });
}

/** @throws what one of them throws, or what several throw in one */
export async function settleAll<T extends readonly unknown[]>(work: {
  readonly [K in keyof T]: T[K] | Promise<T[K]>;
}): Promise<T> {
  const results = await Promise.allSettled(work);
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  if (errors.length > 0) throw combineErrors(errors);
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
