import { GitOpsError, isGitOpsError } from "../error.ts";
import type { GkeReference } from "../sync.protocol.ts";
import { createApi } from "./api.ts";
import type { Authorization } from "./credentials.ts";
import { isLoopback } from "./loopback.ts";
import { retryWith } from "./retry.ts";

/** Where the control plane of a GKE cluster answers. */
export interface ControlPlane {
  /** A host, with or without port, or an https URL. */
  readonly endpoint: string;
  /** PEM in base64; absent when its certificate is publicly trusted. */
  readonly ca?: string | undefined;
}

/** Another address of the GKE API, by the name that Google's Terraform provider knows. */
export const ENDPOINT_VARIABLE = "GOOGLE_CONTAINER_CUSTOM_ENDPOINT";

const GKE_API = "https://container.googleapis.com/v1/";
const TIMEOUT_MS = 30_000;

/** The part of a cluster's description that says how to reach it. Source: GKE API, projects.locations.clusters. */
interface Description {
  readonly endpoint?: string;
  readonly masterAuth?: { readonly clusterCaCertificate?: string };
  readonly controlPlaneEndpointsConfig?: {
    readonly dnsEndpointConfig?: { readonly endpoint?: string; readonly allowExternalTraffic?: boolean };
  };
}

/**
 * Asks the GKE API where a cluster is: at its DNS endpoint if it takes traffic from outside, else at its address.
 * @throws GitOpsError that says what to do about it
 */
export async function lookUp(
  reference: GkeReference,
  authorization: Authorization,
  env: NodeJS.ProcessEnv,
): Promise<ControlPlane> {
  const { endpoint, masterAuth, controlPlaneEndpointsConfig } = await describe(reference, authorization, env);
  const dns = controlPlaneEndpointsConfig?.dnsEndpointConfig;
  if (dns?.allowExternalTraffic === true && dns.endpoint !== undefined && dns.endpoint !== "")
    return { endpoint: dns.endpoint };
  if (endpoint === undefined || endpoint === "")
    throw new GitOpsError(`${nameOf(reference)} has no endpoint yet: is it still being made?`, {
      code: "Unavailable",
      retryable: true,
    });
  return { endpoint, ca: masterAuth?.clusterCaCertificate };
}

async function describe(
  reference: GkeReference,
  authorization: Authorization,
  env: NodeJS.ProcessEnv,
): Promise<Description> {
  const server = serverOf(env);
  const connection = {
    ...{ ...authorization, server, tls: { rejectUnauthorized: true }, headers: {} },
    proxyEnv: isLoopback(server) ? {} : env,
  };
  const api = createApi(connection, { maxConcurrent: 1, requestTimeoutMs: TIMEOUT_MS, retry: retryWith() });
  const { project, location, name } = reference;
  try {
    return (await api.call({
      subject: { verb: "look up", group: "container.googleapis.com", kind: "Cluster", namespace: location, name },
      method: "GET",
      path: `/projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}/clusters/${encodeURIComponent(name)}`,
    })) as Description;
  } catch (error) {
    throw explained(error, reference);
  } finally {
    api.close();
  }
}

function serverOf(env: NodeJS.ProcessEnv): URL {
  const given = env[ENDPOINT_VARIABLE] ?? "";
  const url = URL.parse(given === "" ? GKE_API : given);
  if (url !== null && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url)))) return url;
  throw new GitOpsError(`${ENDPOINT_VARIABLE}: expected an https URL (plain http only to this machine)`, {
    code: "Invalid",
  });
}

const ADVICE: Readonly<Record<string, string>> = {
  NotFound: "there is no such cluster, or its project or location is another one",
  Forbidden: "whoever runs this needs the permission container.clusters.get (roles/container.clusterViewer)",
  Unauthorized: "Google does not accept the access token",
};

function explained(error: unknown, reference: GkeReference): unknown {
  if (!isGitOpsError(error)) return error;
  const { code, retryable, message } = error;
  const advice = ADVICE[code];
  // What went wrong on the way to a token speaks for itself.
  if (advice === undefined || message.startsWith("Application Default Credentials")) return error;
  return new GitOpsError(`${nameOf(reference)}: ${advice}`, { code, retryable, cause: error });
}

function nameOf({ project, location, name }: GkeReference): string {
  return `GKE cluster ${project}/${location}/${name}`;
}
