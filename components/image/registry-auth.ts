import { GitOpsError } from "../error.ts";
import { parseChallenges } from "./challenge.ts";
import type { Challenge } from "./challenge.ts";
import type { Credential } from "./docker-config.ts";
import type { CredentialsFor } from "./registry-credentials.ts";
import type { Endpoint } from "./registry-endpoint.ts";
import { isTrustedRealm } from "./registry-endpoint.ts";
import type { Token } from "./registry-token.ts";
import type { AskToken } from "./registry-tokens.ts";
import { createTokens } from "./registry-tokens.ts";

export interface Auth {
  /** The `Authorization` to begin with: what the registry asked for last time, or nothing. */
  initial(endpoint: Endpoint, ask: AskToken): Promise<string | undefined>;
  /**
   * The `Authorization` that a 401 asks for.
   * @param rejected the one that was just refused; a kept token of that value is thrown away
   * @throws GitOpsError Unauthorized, or Refused when credentials would go to a host that is not trusted with them
   */
  answer(endpoint: Endpoint, challenge: string, rejected: string | undefined, ask: AskToken): Promise<string>;
}

/** How one registry wants to be asked, learnt from its first challenge: the next repository saves the 401. */
type Scheme = { readonly kind: "basic" } | { readonly kind: "bearer"; readonly realm: URL; readonly service: string };

// What listing may need (Azure asks for the last two); a registry must not make us ask for the right to push.
const ACTIONS = ["pull", "metadata_read", "content_read"];

export function createAuth(credentialsFor: CredentialsFor, now: () => number): Auth {
  const tokens = createTokens(now);
  const learnt = new Map<string, { readonly scheme: Scheme; readonly actions: readonly string[] }>();

  const authorize = async (endpoint: Endpoint, rejected: string | undefined, ask: AskToken) => {
    const { origin } = endpoint.api;
    const known = learnt.get(origin);
    if (known === undefined) return undefined;
    const credential = await credentialsFor(endpoint);
    if (known.scheme.kind === "basic") return basic(credential);
    // Another entry of registries.conf for the same API may have listed the realm, for other credentials.
    if (!isTrustedRealm(known.scheme.realm, endpoint)) return undefined;
    const scope = `repository:${endpoint.repository}:${known.actions.join(",")}`;
    const counter = { origin, service: known.scheme, credential };
    return bearer(await tokens.get(counter, scope, tokenIn(rejected), ask));
  };
  return {
    initial: (endpoint, ask) => authorize(endpoint, undefined, ask),
    answer: async (endpoint, field, rejected, ask) => {
      learnt.set(endpoint.api.origin, understand(field, endpoint));
      const authorization = await authorize(endpoint, rejected, ask);
      if (authorization !== undefined && authorization !== rejected) return authorization;
      const cause =
        rejected === undefined ? "asks for credentials, and none are configured" : "refuses the credentials";
      throw new GitOpsError(`${endpoint.api.host} ${cause}`, { code: "Unauthorized" });
    },
  };
}

function understand(field: string, endpoint: Endpoint): { scheme: Scheme; actions: readonly string[] } {
  const challenges = parseChallenges(field);
  const bearer = challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters.has("realm"));
  if (bearer !== undefined) return { scheme: bearerScheme(bearer, endpoint), actions: actionsOf(bearer) };
  if (challenges.some(({ scheme }) => scheme === "basic")) return { scheme: { kind: "basic" }, actions: [] };
  throw new GitOpsError(`${endpoint.api.host} answers 401 and names no way to log in that is known here`, {
    code: "Unauthorized",
  });
}

function bearerScheme({ parameters }: Challenge, endpoint: Endpoint): Scheme {
  const realm = URL.parse(parameters.get("realm") ?? "");
  if (realm !== null && isTrustedRealm(realm, endpoint)) {
    return { kind: "bearer", realm, service: parameters.get("service") ?? "" };
  }
  const host = realm === null ? "no address" : realm.origin;
  const advice = "registries.conf may name it as the realm of this registry, over https";
  throw new GitOpsError(`${endpoint.api.host} sends us for a token to ${host}, which is not trusted: ${advice}`, {
    code: "Refused",
  });
}

function actionsOf({ parameters }: Challenge): readonly string[] {
  const asked = (parameters.get("scope") ?? "").split(/[ ,:]/);
  return ACTIONS.filter((action) => action === "pull" || asked.includes(action));
}

const BEARER = "Bearer ";

function bearer({ value }: Token): string {
  return BEARER + value;
}

function tokenIn(authorization: string | undefined): string | undefined {
  return authorization?.startsWith(BEARER) === true ? authorization.slice(BEARER.length) : undefined;
}

function basic(credential: Credential | undefined): string | undefined {
  if (credential?.kind !== "password") return undefined;
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString("base64")}`;
}
