import { GitOpsError } from "../error.ts";
import type { Credential } from "./docker-config.ts";
import { createDockerConfig, parseUserPassword } from "./docker-config.ts";
import { googleCredential, isGoogleRegistry } from "./google-credential.ts";
import { mountedSecret } from "./mounted-secret.ts";
import { runProgram } from "./program.ts";
import { parsePullSecret } from "./pull-secret.ts";
import type { Endpoint, NamedCredentials } from "./registry-endpoint.ts";

/** Finds what to prove ourselves with at a registry; undefined is anonymous. */
export type CredentialsFor = (endpoint: Endpoint) => Promise<Credential | undefined>;

export interface CredentialOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Folder with Secrets of the cluster: `<namespace>/<name>/<field>`. */
  readonly pullSecrets: string | undefined;
  readonly now: () => number;
}

interface Kept {
  readonly credential: Promise<Credential | undefined>;
  readonly expiresAt: number;
}

/**
 * The pull secret of an image comes first, then `credentials` of registries.conf, then the docker configuration under the name of
 * the image's registry and under the host of the API, then, at Google's registries, the application default credentials. Each is
 * looked up once, or again after `credsexpire`.
 */
export function createCredentials(options: CredentialOptions): CredentialsFor {
  const docker = createDockerConfig(options.env);
  const found = new Map<string, Kept>();
  const look = async ({ hosts, credentials }: Endpoint): Promise<Credential | undefined> => {
    if (credentials !== undefined) return configured(credentials, hosts, options);
    for (const host of hosts) {
      const credential = await docker.credentialFor(host);
      if (credential !== undefined) return credential;
    }
    return hosts.some(isGoogleRegistry) ? googleCredential() : undefined;
  };
  return (endpoint) => {
    const key = JSON.stringify([endpoint.credentials?.source, endpoint.hosts]);
    const known = found.get(key);
    if (known !== undefined && known.expiresAt > options.now()) return known.credential;
    const credential = look(endpoint);
    found.set(key, { credential, expiresAt: options.now() + (endpoint.settings?.credentialsExpireMs ?? Infinity) });
    return credential;
  };
}

async function configured(
  { source, owner }: NamedCredentials,
  hosts: readonly string[],
  { env, pullSecrets }: CredentialOptions,
): Promise<Credential | undefined> {
  const secret = parsePullSecret(source);
  if (secret?.kind === "pullsecret" || secret?.kind === "secret") return mountedSecret(secret, pullSecrets, hosts);
  const text = secret?.kind === "env" ? env[secret.variable] : secret && (await printedBy(secret.program, env));
  const credential = parseUserPassword(text?.trim() ?? "");
  if (credential !== undefined) return credential;
  throw new GitOpsError(`${owner}: ${secret === undefined ? "what is named" : source} gives no user:password`, {
    code: "Unauthorized",
  });
}

async function printedBy(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { exitCode, output } = await runProgram(program, [], "", env);
  return exitCode === 0 ? output : undefined;
}
