import { GitOpsError } from "../error.ts";
import type { ImageReference } from "./reference.ts";
import { DOCKER_HUB, imageName } from "./reference.ts";
import type { RegistrySettings } from "./registries-conf.ts";

/** Where and how to ask for the tags of one repository. */
export interface Endpoint {
  readonly api: URL;
  readonly repository: string;
  /** Names under which credentials may be kept: the image's registry, then the host of the API. */
  readonly hosts: readonly string[];
  /** The entry of registries.conf that applies. */
  readonly settings?: RegistrySettings;
  /** Whom to ask for credentials; absent: the docker configuration. */
  readonly credentials?: NamedCredentials;
}

export interface NamedCredentials {
  /** In one of the forms of `parsePullSecret`. */
  readonly source: string;
  /** Who names it, for a message. */
  readonly owner: string;
}

const DOCKER_HUB_API = "https://registry-1.docker.io";

// Public registries whose tokens come from another host: without these, `unlisted realm` would stop everybody.
const TOKEN_HOSTS: Readonly<Record<string, string>> = {
  "registry-1.docker.io": "auth.docker.io",
  "registry.gitlab.com": "gitlab.com",
};

/** Whether traffic to the host stays on this machine, so that plain HTTP and every port are fine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** What is wrong with the address of a registry or token service, if anything. */
export function checkAddress(url: URL): string | undefined {
  if (url.username !== "" || url.password !== "") return "credentials do not belong into the address";
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) return undefined;
  return url.protocol === "http:" ? "plain http is for this machine only; use https" : "expected https";
}

/**
 * The registry of the longest prefix that fits, as Image Updater chooses (endpoints.go); an image of Docker Hub may also go to
 * the default registry. Any other registry answers at its own name.
 * @param pullSecret wins over the credentials of the settings
 * @throws GitOpsError Invalid when the address of the settings cannot be used
 */
export function endpointOf(
  image: ImageReference,
  registries: readonly RegistrySettings[],
  pullSecret?: string,
): Endpoint {
  const settings = settingsFor(image, registries);
  const text = settings?.apiUrl ?? inferred(image.registry);
  const api = URL.parse(text);
  const reason = api === null ? "no address" : checkAddress(api);
  if (api === null || reason !== undefined) {
    throw new GitOpsError(`the registry ${settings?.name ?? image.registry} cannot be asked: ${reason ?? ""}`, {
      code: "Invalid",
    });
  }
  const hosts = [...new Set([image.registry, api.host])];
  const credentials = credentialsOf(settings, pullSecret);
  return {
    ...{ api, repository: image.repository, hosts },
    ...(settings === undefined ? {} : { settings }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

function credentialsOf(
  settings: RegistrySettings | undefined,
  pullSecret: string | undefined,
): NamedCredentials | undefined {
  if (pullSecret !== undefined) return { source: pullSecret, owner: "pull-secret" };
  if (settings?.credentials === undefined) return undefined;
  return { source: settings.credentials, owner: `credentials of the registry ${settings.name}` };
}

/** The address of something below the API's own path. */
export function apiUrl({ api }: Endpoint, path: string): URL {
  return new URL(`${api.origin}${api.pathname.replace(/\/$/, "")}${path}`);
}

/**
 * Whether tokens may be asked for at this address. Credentials go there, so it must be the registry's own host, one listed in
 * registries.conf, or a known partner: a registry must not be able to send them elsewhere (CVE-2026-33540).
 */
export function isTrustedRealm(realm: URL, { api, settings }: Endpoint): boolean {
  if (checkAddress(realm) !== undefined) return false;
  const listed = [api.hostname, TOKEN_HOSTS[api.hostname], settings?.realm];
  return listed.includes(realm.hostname) || (isLoopback(realm.hostname) && isLoopback(api.hostname));
}

function settingsFor(image: ImageReference, registries: readonly RegistrySettings[]): RegistrySettings | undefined {
  const name = `${imageName(image)}/`;
  const fitting = registries.filter(({ prefix }) => prefix !== "" && name.startsWith(`${prefix}/`));
  const [closest] = fitting.toSorted((a, b) => b.prefix.length - a.prefix.length);
  return closest ?? (image.registry === DOCKER_HUB ? registries.find((registry) => registry.default) : undefined);
}

function inferred(registry: string): string {
  if (registry === DOCKER_HUB) return DOCKER_HUB_API;
  const https = `https://${registry}`;
  return isLoopback(URL.parse(https)?.hostname ?? "") ? `http://${registry}` : https;
}
