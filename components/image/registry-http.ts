import type { ErrorCode } from "../error.ts";
import { GitOpsError, isGitOpsError } from "../error.ts";
import type { Gate } from "./gate.ts";
import { checkAddress } from "./registry-endpoint.ts";

export interface HttpRequest {
  /** @default POST with a form, else GET */
  readonly method?: "HEAD";
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as a form with POST. */
  readonly form?: URLSearchParams;
  readonly followRedirects: boolean;
  /** A longer body fails. @default 16 MiB */
  readonly maxBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** As it was sent, after decompression: what a digest is of. */
  readonly body: Buffer;
  /** The body as UTF-8. */
  readonly text: string;
  /** Where the answer came from in the end. */
  readonly url: URL;
}

/** Takes milliseconds for a failed attempt and the pause after it; false when there are not so many left. */
export type Spend = (milliseconds: number) => boolean;

export interface HttpOptions {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Limits what is asked of one host at a time. */
  readonly gateOf: (host: string) => Gate;
}

export type Send = (url: URL, request: HttpRequest, spend: Spend, signal: AbortSignal) => Promise<HttpAnswer>;

const REQUEST_TIMEOUT_MS = 20_000;
const LARGEST_BODY = 16 * 1024 * 1024;
const MOST_REDIRECTS = 5;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const BUSY: readonly number[] = [408, 429, 500, 502, 503, 504];
// Causes that often pass by themselves; a name that is not found or a certificate that is not trusted does not.
const PASSING = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"],
  ...["UND_ERR_SOCKET", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"],
]);

/**
 * A function that asks over HTTP. It repeats what failed for a passing cause, with exponential pauses and jitter or after
 * `Retry-After`, as long as the budget lasts. Credentials never follow a redirect to another origin.
 * It throws GitOpsError: Throttled, Unavailable, Timeout, or Failed for an answer that is too large or leads astray.
 */
export function createSend(options: HttpOptions): Send {
  return async (url, request, spend, signal) => {
    for (let attempt = 0; ; attempt++) {
      const begun = options.now();
      const answer = await ask(url, request, options, signal).catch(asError);
      const failure = isGitOpsError(answer) ? answer : refusal(answer);
      if (failure === undefined) return answer as HttpAnswer;
      if (!failure.retryable || signal.aborted) throw failure;
      const retryAfter = isGitOpsError(answer) ? null : answer.headers.get("retry-after");
      const pause = pauseBefore(attempt, retryAfter, options.now());
      if (!spend(pause + Math.max(0, options.now() - begun))) throw failure;
      await options.wait(pause);
    }
  };
}

function refusal({ status, url }: HttpAnswer): GitOpsError | undefined {
  if (!BUSY.includes(status)) return undefined;
  const code: ErrorCode = status === 429 ? "Throttled" : status === 408 ? "Timeout" : "Unavailable";
  return new GitOpsError(`${url.host} answers ${status}`, { code, retryable: true });
}

/** Milliseconds. `Retry-After` is either seconds or a date (RFC 9110 section 10.2.3). */
function pauseBefore(attempt: number, retryAfter: string | null, now: number): number {
  const jitter = 0.5 + Math.random();
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS) * jitter;
  if (retryAfter === null) return pause;
  const asked = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return asked > 0 ? asked + Math.random() * FIRST_PAUSE_MS : pause;
}

async function ask(start: URL, request: HttpRequest, options: HttpOptions, signal: AbortSignal): Promise<HttpAnswer> {
  let url = start;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await askOnce(url, withheld(request, start, url), options, signal);
    if (!REDIRECTS.includes(answer.status)) return answer;
    url = redirected(answer, request);
  }
  throw new GitOpsError(`${start.host} redirects more than ${MOST_REDIRECTS} times`, { code: "Failed" });
}

/** Credentials are for the origin that was asked first. */
function withheld(request: HttpRequest, start: URL, url: URL): HttpRequest {
  if (url.origin === start.origin) return request;
  const headers = Object.entries(request.headers).filter(([name]) => name !== "authorization");
  return { ...request, headers: Object.fromEntries(headers) };
}

function redirected(answer: HttpAnswer, { followRedirects }: HttpRequest): URL {
  const target = URL.parse(answer.headers.get("location") ?? "", answer.url.href);
  const problem = target === null ? "to no address" : checkAddress(target);
  if (target === null || problem !== undefined || !followRedirects) {
    const reason = problem === undefined ? "" : ` (${problem})`;
    throw new GitOpsError(`${answer.url.host} answers ${answer.status} and redirects; that is not followed${reason}`, {
      code: "Failed",
    });
  }
  return target;
}

async function askOnce(url: URL, request: HttpRequest, options: HttpOptions, signal: AbortSignal): Promise<HttpAnswer> {
  return options.gateOf(url.host)(async () => {
    const response = await options.fetch(url, {
      method: request.method ?? (request.form === undefined ? "GET" : "POST"),
      headers: { accept: "application/json", "user-agent": "pulumi-gitops", ...request.headers },
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      ...(request.form === undefined ? {} : { body: request.form }),
    });
    const body = await readBody(response, url, request.maxBytes ?? LARGEST_BODY);
    return { status: response.status, headers: response.headers, body, text: body.toString("utf8"), url };
  });
}

/** Counts what comes out of decompression: a small answer can hold a large body. */
async function readBody(response: Response, url: URL, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).byteLength;
    if (size > maxBytes) {
      throw new GitOpsError(`${url.host} answers with more than ${maxBytes / 1024 / 1024} MiB`, { code: "Failed" });
    }
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

/** Only names of causes are told: the message of a failed fetch may quote a header. */
function asError(error: unknown): GitOpsError {
  if (isGitOpsError(error)) return error;
  const name = textOf(error, "name");
  if (name === "TimeoutError" || name === "AbortError") {
    return new GitOpsError("no answer in time", { code: "Timeout", retryable: true });
  }
  const cause = textOf(error, "code") ?? textOf(memberOf(error, "cause"), "code");
  return new GitOpsError(`the connection failed (${cause ?? "no cause given"})`, {
    code: "Unavailable",
    retryable: cause !== undefined && PASSING.has(cause),
  });
}

function textOf(error: unknown, key: string): string | undefined {
  const text = memberOf(error, key);
  return typeof text === "string" && /^[A-Za-z0-9_]{1,60}$/.test(text) ? text : undefined;
}

function memberOf(error: unknown, key: string): unknown {
  return typeof error === "object" && error !== null ? (error as Readonly<Record<string, unknown>>)[key] : undefined;
}
