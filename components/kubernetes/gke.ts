import type { Failure } from "../error.ts";
import { formatFailure, GitOpsError } from "../error.ts";
import type { GkeReference } from "../sync.protocol.ts";
import type { Connection } from "./connection.ts";
import type { Authorization } from "./credentials.ts";
import type { ControlPlane } from "./gke-lookup.ts";
import { lookUp } from "./gke-lookup.ts";
import { authorizeByGoogle } from "./google-token.ts";
import { isLoopback } from "./loopback.ts";
import { isCertificates } from "./pem.ts";

/**
 * The control plane of a GKE cluster, as whoever Google says we are. What the reference does not tell is asked of the GKE API.
 * @throws GitOpsError NotFound when there is no such cluster, Forbidden, Unauthorized, or Invalid with every mistake
 */
export async function connectToGke(reference: GkeReference, env: NodeJS.ProcessEnv): Promise<Connection> {
  const authorization = authorizeByGoogle(reference.project, env);
  return connectionTo(reference, await controlPlaneOf(reference, authorization, env), authorization, env);
}

function controlPlaneOf(
  reference: GkeReference,
  authorization: Authorization,
  env: NodeJS.ProcessEnv,
): ControlPlane | Promise<ControlPlane> {
  const { endpoint, ca } = reference;
  return endpoint === undefined ? lookUp(reference, authorization, env) : { endpoint, ca };
}

function connectionTo(
  { name }: GkeReference,
  { endpoint, ca }: ControlPlane,
  authorization: Authorization,
  env: NodeJS.ProcessEnv,
): Connection {
  const failures: Failure[] = [];
  const server = serverOf(endpoint, failures);
  const pem = ca === undefined ? undefined : authorityOf(ca, failures);
  if (server === undefined || failures.length > 0)
    throw new GitOpsError(`GKE cluster ${name}: ${failures.map(formatFailure).join("; ")}`, { code: "Invalid" });
  const tls = { rejectUnauthorized: true, ...(pem !== undefined && { ca: pem }) };
  return { ...authorization, server, tls, headers: {}, proxyEnv: isLoopback(server) ? {} : env };
}

/** The GKE API names a host only. */
function serverOf(endpoint: string, failures: Failure[]): URL | undefined {
  const url = URL.parse(endpoint.includes("://") ? endpoint : `https://${endpoint}`);
  const isGood = url?.protocol === "https:" && url.username === "" && url.password === "";
  if (isGood) return url;
  failures.push({ property: "endpoint", reason: `expected a host or an https URL, found ${JSON.stringify(endpoint)}` });
  return undefined;
}

function authorityOf(ca: string, failures: Failure[]): string | undefined {
  const pem = ca.includes("-----BEGIN ") ? ca : Buffer.from(ca, "base64").toString("utf8");
  if (isCertificates(pem)) return pem;
  failures.push({ property: "ca", reason: "expected PEM certificates in base64, found something else" });
  return undefined;
}
