import { setTimeout as sleep } from "node:timers/promises";

import { GitOpsError, isGitOpsError } from "../error.ts";
import type { ErrorCode } from "../error.ts";
import { remember } from "../remember.ts";
import type { Gate } from "./gate.ts";
import { createGate } from "./gate.ts";
import type { ImageReference } from "./reference.ts";
import { imageName } from "./reference.ts";
import type { RegistrySettings } from "./registries-conf.ts";
import type { Auth } from "./registry-auth.ts";
import { createAuth } from "./registry-auth.ts";
import { createCredentials } from "./registry-credentials.ts";
import type { Endpoint } from "./registry-endpoint.ts";
import { endpointOf } from "./registry-endpoint.ts";
import type { HttpAnswer, Send } from "./registry-http.ts";
import { createSend } from "./registry-http.ts";
import { trusting } from "./registry-tls.ts";
import { createScout } from "./scout.ts";

export interface SessionOptions {
  readonly registries: readonly RegistrySettings[];
  readonly fetch?: typeof fetch;
  /** Where `DOCKER_CONFIG`, `HOME` and the variables named in registries.conf are looked up. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Folder with Secrets of the cluster, for credentials kept there: `<namespace>/<name>/<field>`. */
  readonly pullSecrets?: string | undefined;
  /** Milliseconds one piece of work may lose to failed requests and the pauses between them. @default 30000 */
  readonly retryBudgetMs?: number;
  readonly wait?: (milliseconds: number) => Promise<void>;
}

export interface Question {
  readonly method?: "HEAD";
  readonly accept?: string;
}

/** One piece of work at one repository. Its requests share the login, the time they may take and what they may lose. */
export interface Session {
  readonly endpoint: Endpoint;
  /** Follows redirects, logs in when asked to, repeats what failed for a passing cause. @throws GitOpsError */
  ask(url: URL, question?: Question): Promise<HttpAnswer>;
}

/** A repository, and whose credential to ask with instead of the registry's own. */
export interface Asked {
  readonly image: ImageReference;
  readonly pullSecret: string | undefined;
}

/** @throws GitOpsError naming the image */
export type Within = <T>(asked: Asked, timeoutMs: number, work: (session: Session) => Promise<T>) => Promise<T>;

const DEFAULT_BUDGET_MS = 30_000;
const REQUESTS_PER_HOST = 8;

/** Does pieces of work at registries; the first one at a registry goes ahead and learns how to log in. */
export function createSessions(options: SessionOptions): Within {
  const now = Date.now;
  const wait = options.wait ?? ((milliseconds: number) => sleep(milliseconds));
  const send = createSend({
    fetch: options.fetch ?? trusting(options.registries, fetch),
    now,
    wait,
    gateOf: gates(options.registries, now, wait),
  });
  const auth = createAuth(
    createCredentials({ env: options.env ?? process.env, pullSecrets: options.pullSecrets, now }),
    now,
  );
  const scout = createScout();
  const budgetMs = options.retryBudgetMs ?? DEFAULT_BUDGET_MS;
  return async ({ image, pullSecret }, timeoutMs, work) => {
    try {
      const endpoint = endpointOf(image, options.registries, pullSecret);
      return await scout(endpoint.api.origin, (arrived) =>
        work(open({ endpoint, send, auth, arrived, budgetMs, timeoutMs })),
      );
    } catch (error) {
      throw about(image, error);
    }
  };
}

function about(image: ImageReference, error: unknown): GitOpsError {
  const ref = imageName(image);
  if (!isGitOpsError(error)) return new GitOpsError(`${ref}: the registry cannot be asked`, { code: "Failed", ref });
  const { code, retryable, message } = error;
  return new GitOpsError(`${ref}: ${message}`, { code, retryable, ref });
}

function gates(
  registries: readonly RegistrySettings[],
  now: () => number,
  wait: (milliseconds: number) => Promise<void>,
): (host: string) => Gate {
  return remember((host) => {
    const perSecond = registries.find(({ apiUrl }) => URL.parse(apiUrl)?.host === host)?.limit;
    return createGate({ concurrency: REQUESTS_PER_HOST, perSecond, now, wait });
  });
}

interface Opening {
  readonly endpoint: Endpoint;
  readonly send: Send;
  readonly auth: Auth;
  /** Called when the first answer is there. */
  readonly arrived: () => void;
  readonly budgetMs: number;
  readonly timeoutMs: number;
}

function open({ endpoint, send, auth, arrived, budgetMs, timeoutMs }: Opening): Session {
  let left = budgetMs;
  const signal = AbortSignal.timeout(timeoutMs);
  const spend = (milliseconds: number): boolean => {
    // One that has to wait is no guide to the others.
    arrived();
    left -= milliseconds;
    return left >= 0;
  };
  const ask: Parameters<Auth["initial"]>[1] = (to, request) => send(to, request, spend, signal);
  return {
    endpoint,
    ask: async (url, question = {}) => {
      const answer = await askAs(url, question, endpoint, auth, ask);
      arrived();
      return answer;
    },
  };
}

/** One request, with at most one answer to a challenge. */
async function askAs(
  url: URL,
  { method, accept }: Question,
  endpoint: Endpoint,
  auth: Auth,
  ask: Parameters<Auth["initial"]>[1],
): Promise<HttpAnswer> {
  const attempt = (authorization: string | undefined) => {
    const headers = { ...(accept === undefined ? {} : { accept }), ...(authorization && { authorization }) };
    return ask(url, { headers, followRedirects: true, ...(method === undefined ? {} : { method }) });
  };
  // A redirect may have ended at another origin's pages; credentials stay with the registry.
  const isOurs = url.origin === endpoint.api.origin;
  const authorization = isOurs ? await auth.initial(endpoint, ask) : undefined;
  const answer = await attempt(authorization);
  if (answer.status !== 401 || answer.url.origin !== endpoint.api.origin) return answer;
  return attempt(await auth.answer(endpoint, answer.headers.get("www-authenticate") ?? "", authorization, ask));
}

/** What an answer that is of no use means. @param wish what was wanted, such as `list tags` */
export function refusal({ status, text, url }: HttpAnswer, wish: string): GitOpsError {
  // Only the code of the specification is told: the rest of the text could say anything.
  const code = /"code"\s*:\s*"([A-Z_]{1,40})"/.exec(text.slice(0, 4096))?.[1];
  const detail = code === undefined ? `${status}` : `${status} ${code}`;
  if (status === 404) return new GitOpsError(`${url.host} has no such repository (${detail})`, { code: "NotFound" });
  const denied: Readonly<Record<number, ErrorCode>> = { 401: "Unauthorized", 403: "Forbidden" };
  const reason = `${url.host} does not let us ${wish}, or has no such repository (${detail})`;
  const known = denied[status];
  if (known !== undefined) return new GitOpsError(reason, { code: known });
  return new GitOpsError(`${url.host} answers ${detail}`, { code: "Failed" });
}
