import { GitOpsError } from "../error.ts";
import type { Credential } from "./docker-config.ts";
import type { HttpAnswer, HttpRequest } from "./registry-http.ts";

/** Who gives tokens for a registry (distribution.github.io/distribution/spec/auth/token). */
export interface TokenService {
  readonly realm: URL;
  /** What it calls the registry; may be empty. */
  readonly service: string;
}

export interface Token {
  readonly value: string;
  /** Milliseconds since 1970, a tenth of its life early. */
  readonly expiresAt: number;
}

const CLIENT = "pulumi-gitops";
const DEFAULT_LIFE_S = 60;

/** An identity token is exchanged by POST (OAuth 2), a password goes with GET, and without credential GET asks anonymously. */
export function tokenRequest(
  { realm, service }: TokenService,
  scopes: readonly string[],
  credential: Credential | undefined,
): { readonly url: URL; readonly request: HttpRequest } {
  const parameters = service === "" ? {} : { service };
  if (credential?.kind === "identityToken") {
    const grant = { grant_type: "refresh_token", client_id: CLIENT, refresh_token: credential.token };
    const form = new URLSearchParams({ ...grant, ...parameters, scope: scopes.join(" ") });
    return { url: realm, request: { headers: {}, form, followRedirects: false } };
  }
  const url = new URL(realm);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  return { url, request: { headers: headersFor(credential), followRedirects: false } };
}

/** @throws GitOpsError Unauthorized when the service grants none, Failed when the answer makes no sense */
export function grantedToken({ status, text, url }: HttpAnswer, now: number): Token {
  if (status !== 200) {
    const code = status === 400 || status === 401 || status === 403 ? "Unauthorized" : "Failed";
    throw new GitOpsError(`the token service ${url.host} answers ${status}`, { code });
  }
  const { token, access_token: accessToken, expires_in: life } = parse(text);
  const value = typeof token === "string" && token !== "" ? token : accessToken;
  // Anything else in a header would make fetch fail with a message that quotes it.
  if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) {
    throw new GitOpsError(`the token service ${url.host} answers without a token`, { code: "Failed" });
  }
  const seconds = typeof life === "number" && life > 0 ? life : DEFAULT_LIFE_S;
  return { value, expiresAt: now + seconds * 900 };
}

function headersFor(credential: Extract<Credential, { kind: "password" }> | undefined): Record<string, string> {
  if (credential === undefined) return {};
  const pair = Buffer.from(`${credential.username}:${credential.password}`).toString("base64");
  return { authorization: `Basic ${pair}` };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
