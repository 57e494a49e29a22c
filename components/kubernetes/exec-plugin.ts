import { execFile } from "node:child_process";

import { causeOf, GitOpsError } from "../error.ts";
import type { ClusterSettings } from "./cluster-settings.ts";

/** A program that gives credentials. Source: Kubernetes, "Authenticating", client-go credential plugins. */
export interface ExecPlugin {
  readonly apiVersion: string;
  /** A bare name or an absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly provideClusterInfo: boolean;
}

export interface PluginToken {
  readonly token: string;
  /** Milliseconds since 1970; absent when the plugin does not say. */
  readonly expiresAt?: number;
}

/** Names further programs that a kubeconfig may run, separated by commas. */
export const ALLOWED_PLUGINS_VARIABLE = "PULUMI_GITOPS_EXEC_PLUGINS";

const ALWAYS_ALLOWED: readonly string[] = ["gke-gcloud-auth-plugin"];
const TIMEOUT_MS = 60_000;
const LARGEST_ANSWER = 1024 * 1024;

/** A kubeconfig that runs a program is code: only programs on the list are run, by exactly that name or path. */
export function isAllowed({ command }: ExecPlugin, env: NodeJS.ProcessEnv): boolean {
  const more = (env[ALLOWED_PLUGINS_VARIABLE] ?? "").split(",").map((name) => name.trim());
  return command !== "" && [...ALWAYS_ALLOWED, ...more].includes(command);
}

/** @throws GitOpsError Unauthorized when the plugin gives no token */
export async function runPlugin(
  plugin: ExecPlugin,
  cluster: ClusterSettings,
  env: NodeJS.ProcessEnv,
): Promise<PluginToken> {
  const info = JSON.stringify({
    kind: "ExecCredential",
    apiVersion: plugin.apiVersion,
    spec: { interactive: false, ...(plugin.provideClusterInfo && { cluster: clusterInfo(cluster) }) },
  });
  const output = await run(plugin, { ...env, ...plugin.env, KUBERNETES_EXEC_INFO: info });
  try {
    return decode(output, plugin);
  } catch (error) {
    // What JSON.parse says quotes its input, and the input is a credential.
    throw failure(plugin, error instanceof SyntaxError ? "its answer is not JSON" : causeOf(error));
  }
}

function clusterInfo({ server, ca, serverName, insecure, proxy }: ClusterSettings): Readonly<Record<string, unknown>> {
  return {
    server: server.href,
    ...(serverName !== undefined && { "tls-server-name": serverName }),
    ...(insecure && { "insecure-skip-tls-verify": true }),
    ...(ca !== undefined && { "certificate-authority-data": Buffer.from(ca).toString("base64") }),
    ...(proxy !== undefined && { "proxy-url": proxy.href }),
  };
}

function run(plugin: ExecPlugin, env: NodeJS.ProcessEnv): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { env, timeout: TIMEOUT_MS, maxBuffer: LARGEST_ANSWER, windowsHide: true };
  const child = execFile(plugin.command, plugin.args, options, (error, stdout, stderr) => {
    if (error === null) resolve(stdout);
    else reject(failure(plugin, reasonOf(error, stderr)));
  });
  child.stdin?.end();
  return promise;
}

function reasonOf(error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.code === "ENOENT") return "the program is not installed";
  if (error.killed === true) return `no answer within ${TIMEOUT_MS / 1000} s`;
  const said = redact(stderr.trim().split("\n", 1)[0] ?? "");
  return `it ended with ${String(error.code)}${said === "" ? "" : `: ${said}`}`;
}

/** Long unbroken runs of letters and digits in an error are more likely a credential than a word. */
function redact(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, " ")
    .replace(/[\w+/=.~-]{40,}/g, "***")
    .slice(0, 200);
}

interface ExecCredential {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly status?: { readonly token?: unknown; readonly expirationTimestamp?: unknown } | null;
}

function decode(output: string, { apiVersion }: ExecPlugin): PluginToken {
  const answer = JSON.parse(output) as ExecCredential | null;
  if (answer?.kind !== "ExecCredential" || answer.apiVersion !== apiVersion)
    throw new Error(`expected an ExecCredential of ${apiVersion} as its answer`);
  const { token, expirationTimestamp } = answer.status ?? {};
  if (typeof token !== "string" || token === "")
    throw new Error("its answer holds no token (client certificates are not supported)");
  const expiresAt = typeof expirationTimestamp === "string" ? Date.parse(expirationTimestamp) : NaN;
  return { token, ...(!Number.isNaN(expiresAt) && { expiresAt }) };
}

function failure({ command }: ExecPlugin, reason: string): GitOpsError {
  return new GitOpsError(`credential plugin ${command}: ${reason}`, { code: "Unauthorized" });
}
