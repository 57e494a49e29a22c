import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { GitOpsError } from "../error.ts";
import { runProgram } from "./program.ts";
import { DOCKER_HUB } from "./reference.ts";

/** What proves to a registry who we are. */
export type Credential =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  | { readonly kind: "identityToken"; readonly token: string };

export interface DockerConfig {
  /** The credential kept for a registry, by host and port. @throws GitOpsError when a credential helper fails */
  credentialFor(host: string): Promise<Credential | undefined>;
}

type Json = Readonly<Record<string, unknown>>;

/** The name under which `docker login` keeps the credential of Docker Hub. */
const DOCKER_HUB_KEY = "https://index.docker.io/v1/";

/**
 * What `docker login` left in `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, read at the first question: credential
 * helpers (`credHelpers` before `credsStore`), then `auths`.
 */
export function createDockerConfig(env: NodeJS.ProcessEnv): DockerConfig {
  const file = join(env["DOCKER_CONFIG"] ?? join(env["HOME"] ?? homedir(), ".docker"), "config.json");
  let reading: Promise<Json> | undefined;
  return {
    credentialFor: async (host) => {
      const config = await (reading ??= readConfig(file));
      return (await askHelper(config, host, env)) ?? storedIn(config, host, file);
    },
  };
}

async function readConfig(file: string): Promise<Json> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return "{}";
    throw new GitOpsError(`${file} cannot be read`, { code: "Failed", cause: error });
  });
  const parsed = parseObject(text);
  // The parser's own message would quote the text around the mistake.
  if (parsed === undefined) throw new GitOpsError(`${file} is not a JSON object`, { code: "Invalid" });
  return parsed;
}

async function askHelper(config: Json, host: string, env: NodeJS.ProcessEnv): Promise<Credential | undefined> {
  const server = host === DOCKER_HUB ? DOCKER_HUB_KEY : host;
  const name = textOf(objectOf(config, "credHelpers"), server, host) ?? textOf(config, "credsStore");
  if (name === undefined) return undefined;
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) {
    throw new GitOpsError("a credential helper of the docker configuration has no valid name", { code: "Invalid" });
  }
  const program = `docker-credential-${name}`;
  const { exitCode, output } = await runProgram(program, ["get"], server, env);
  if (exitCode !== undefined && exitCode !== 0 && /credentials not found/i.test(output)) return undefined;
  const answer = exitCode === 0 ? parseObject(output) : undefined;
  const username = textOf(answer, "Username");
  const secret = textOf(answer, "Secret");
  if (username === undefined || secret === undefined) {
    const ending = exitCode === undefined ? "cannot be run" : `gives no credential (exit code ${exitCode})`;
    throw new GitOpsError(`${program} ${ending}`, { code: "Unauthorized" });
  }
  return username === "<token>"
    ? { kind: "identityToken", token: secret }
    : { kind: "password", username, password: secret };
}

function storedIn(config: Json, host: string, file: string): Credential | undefined {
  const auths = objectOf(config, "auths") ?? {};
  const key = Object.keys(auths).find((one) => hostOf(one) === host);
  const entry = key === undefined ? undefined : objectOf(auths, key);
  const token = textOf(entry, "identitytoken");
  if (token !== undefined && token !== "") return { kind: "identityToken", token };
  const username = textOf(entry, "username");
  const password = textOf(entry, "password");
  if (username !== undefined && password !== undefined) return { kind: "password", username, password };
  const auth = textOf(entry, "auth");
  if (auth === undefined || auth === "") return undefined;
  const credential = parseUserPassword(Buffer.from(auth, "base64").toString("utf8").replace(/\0+$/, ""));
  if (credential !== undefined) return credential;
  throw new GitOpsError(`${file}: auths["${host}"].auth is not base64 of user:password`, { code: "Invalid" });
}

/**
 * The credential in the `auths` of a docker configuration; its helpers are not asked.
 * @throws GitOpsError Invalid when it is none
 */
export function parseAuths(text: string, hosts: readonly string[], file: string): Credential | undefined {
  const config = parseObject(text);
  if (config === undefined) throw new GitOpsError(`${file} is not a JSON object`, { code: "Invalid" });
  return hosts.map((host) => storedIn(config, host, file)).find((found) => found !== undefined);
}

/** `user:password`; only the user name cannot hold a colon. */
export function parseUserPassword(text: string): Credential | undefined {
  const colon = text.indexOf(":");
  if (colon <= 0) return undefined;
  return { kind: "password", username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Keys are hosts, or the addresses that older versions wrote: `https://registry.example.com/v1/`. */
function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return host === "index.docker.io" || host === "registry-1.docker.io" ? DOCKER_HUB : host;
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function objectOf(parent: Json | undefined, key: string): Json | undefined {
  const value = parent !== undefined && Object.hasOwn(parent, key) ? parent[key] : undefined;
  return typeof value === "object" && value !== null ? (value as Json) : undefined;
}

function textOf(parent: Json | undefined, ...keys: readonly string[]): string | undefined {
  const key = keys.find((one) => parent !== undefined && typeof parent[one] === "string");
  return key === undefined ? undefined : (parent?.[key] as string);
}
