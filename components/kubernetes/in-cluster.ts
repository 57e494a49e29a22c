import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Failure } from "../error.ts";
import { formatFailure, GitOpsError } from "../error.ts";
import type { Connection } from "./connection.ts";
import { fromTokenFile } from "./credentials.ts";
import { isCertificates } from "./pem.ts";

/** Source: Kubernetes, "Accessing the Kubernetes API from a Pod". */
const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";
const HOST = "KUBERNETES_SERVICE_HOST";
const PORT = "KUBERNETES_SERVICE_PORT";

/**
 * The API server of the cluster this program runs in, as the service account of its pod.
 * @param env KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, which every pod has
 * @throws GitOpsError Invalid that names everything that is missing, in one line
 */
export async function connectInCluster(env: NodeJS.ProcessEnv, folder = FOLDER): Promise<Connection> {
  const failures: Failure[] = [];
  const server = serverOf(env, failures);
  const ca = await readCertificates(join(folder, "ca.crt"), failures);
  const token = join(folder, "token");
  await readText(token, failures);
  if (server === undefined || ca === undefined || failures.length > 0) throw notInPod(failures);
  return { ...fromTokenFile(token), server, tls: { ca, rejectUnauthorized: true }, headers: {}, proxyEnv: {} };
}

function serverOf(env: NodeJS.ProcessEnv, failures: Failure[]): URL | undefined {
  const [host = "", port = ""] = [env[HOST], env[PORT]];
  for (const [property, value] of Object.entries({ [HOST]: host, [PORT]: port }))
    if (value === "") failures.push({ property, reason: "is not set" });
  if (host === "" || port === "") return undefined;
  const url = URL.parse(`https://${host.includes(":") ? `[${host}]` : host}:${port}`);
  if (url === null) failures.push({ property: HOST, reason: `expected a host, found ${host} with port ${port}` });
  return url ?? undefined;
}

async function readCertificates(file: string, failures: Failure[]): Promise<string | undefined> {
  const text = await readText(file, failures);
  if (text === undefined || isCertificates(text)) return text;
  failures.push({ file, property: "", reason: "expected PEM certificates, found something else" });
  return undefined;
}

async function readText(file: string, failures: Failure[]): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    failures.push({ file, property: "", reason: `cannot be read (${code})` });
    return undefined;
  }
}

function notInPod(failures: readonly Failure[]): GitOpsError {
  const mistakes = failures.map(formatFailure).join("; ");
  return new GitOpsError(
    `cluster kind inCluster: this program does not run in a pod with a service account: ${mistakes}`,
    {
      code: "Invalid",
    },
  );
}
