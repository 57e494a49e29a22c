import { createHash } from "node:crypto";

import type { Credential } from "./docker-config.ts";
import type { HttpAnswer } from "./registry-http.ts";
import { grantedToken, tokenRequest } from "./registry-token.ts";
import type { Token, TokenService } from "./registry-token.ts";

/** Asks a token service; the budget and the deadline are those of the list that needs the token. */
export type AskToken = (url: URL, request: ReturnType<typeof tokenRequest>["request"]) => Promise<HttpAnswer>;

/** Whom to ask, as whom, for which registry: what tokens that are asked for together have in common. */
export interface Counter {
  /** Origin of the registry's API. */
  readonly origin: string;
  readonly service: TokenService;
  readonly credential: Credential | undefined;
}

export interface Tokens {
  /**
   * A token that is good for the scope, and maybe for others.
   * @param refused a token that the registry did not take
   * @throws GitOpsError
   */
  get(counter: Counter, scope: string, refused: string | undefined, ask: AskToken): Promise<Token>;
}

/** So many that a token still fits in a header, which most servers limit to 8 kB: each is a line of JSON in it. */
const SCOPES_A_TOKEN = 25;
const REQUESTS_AT_ONCE = 4;

/** Tokens are kept per registry, realm, service, scope and credential until shortly before they expire. */
export function createTokens(now: () => number): Tokens {
  const kept = new Map<string, Promise<Token>>();
  const queues = new Map<string, Queue>();
  /** Counters where sharing a token did not go well. */
  const single = new Set<string>();
  const request = async ({ service, credential }: Counter, scopes: readonly string[], ask: AskToken) => {
    const { url, request: what } = tokenRequest(service, scopes, credential);
    return grantedToken(await ask(url, what), now());
  };
  const queueOf = (key: string, counter: Counter): Queue => {
    const known =
      queues.get(key) ??
      createQueue(
        (scopes, ask) => request(counter, scopes, ask),
        () => single.add(key),
      );
    queues.set(key, known);
    return known;
  };
  return {
    get(counter, scope, refused, ask) {
      const place = keyOf(counter);
      const key = `${place} ${scope}`;
      const isGood = ({ expiresAt, value }: Token) => expiresAt > now() && value !== refused;
      // It may be good for the first of several scopes only.
      if (refused !== undefined) single.add(place);
      const fetch = () => (single.has(place) ? request(counter, [scope], ask) : queueOf(place, counter)(scope, ask));
      // Set before anything is awaited, so that requests at the same time share one token.
      const next = kept.get(key)?.then((token) => (isGood(token) ? token : fetch()), fetch) ?? fetch();
      kept.set(key, next);
      return next;
    },
  };
}

type Queue = (scope: string, ask: AskToken) => Promise<Token>;

interface Waiting {
  readonly scope: string;
  readonly ask: AskToken;
  readonly resolve: (token: Token | Promise<Token>) => void;
}

/**
 * Whoever comes while enough requests are under way waits, and those that wait share a token: the specification permits several scopes in one.
 * Where that is not given, each asks alone.
 */
function createQueue(
  request: (scopes: readonly string[], ask: AskToken) => Promise<Token>,
  onNotShared: () => void,
): Queue {
  const waiting: Waiting[] = [];
  let underWay = 0;
  const serve = async () => {
    const [first, ...others] = underWay < REQUESTS_AT_ONCE ? waiting.splice(0, SCOPES_A_TOKEN) : [];
    if (first === undefined) return;
    underWay++;
    const all = [first, ...others];
    const shared = request(
      all.map(({ scope }) => scope),
      first.ask,
    );
    const alone = ({ scope, ask }: Waiting) => {
      onNotShared();
      return request([scope], ask);
    };
    for (const one of all) one.resolve(others.length === 0 ? shared : shared.catch(() => alone(one)));
    await shared.catch(() => undefined);
    underWay--;
    void serve();
  };
  return (scope, ask) =>
    new Promise((resolve) => {
      waiting.push({ scope, ask, resolve });
      void serve();
    });
}

const keyOf = ({ origin, service: { realm, service }, credential }: Counter): string =>
  createHash("sha256")
    .update(JSON.stringify([origin, realm.href, service, credential ?? null]))
    .digest("base64");
