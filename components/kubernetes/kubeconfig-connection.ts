import { createSecureContext } from "node:tls";

import type { Failure } from "../error.ts";
import { formatFailure, GitOpsError } from "../error.ts";
import type { KubeconfigReference } from "../sync.protocol.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { readCluster } from "./cluster-settings.ts";
import type { Connection, Tls } from "./connection.ts";
import { createAuthorization } from "./credentials.ts";
import { ALLOWED_PLUGINS_VARIABLE, isAllowed, runPlugin } from "./exec-plugin.ts";
import { isLoopback } from "./loopback.ts";
import type { Context } from "./kubeconfig.ts";
import { readContext } from "./kubeconfig.ts";
import type { Section } from "./section.ts";
import type { UserSettings } from "./user-settings.ts";
import { readUser } from "./user-settings.ts";

const ANONYMOUS: UserSettings = { credential: { kind: "none" }, impersonation: {} };

/**
 * Reads the kubeconfig that the reference leads to. Nothing is sent yet.
 * @param env KUBECONFIG, HOME and what credential plugins get to see
 * @throws GitOpsError Invalid that names every mistake with file and line, in one line
 */
export async function connectByKubeconfig(reference: KubeconfigReference, env: NodeJS.ProcessEnv): Promise<Connection> {
  const failures: Failure[] = [];
  const context = await readContext(reference, env, failures);
  const cluster = context && (await readCluster(context.cluster));
  const user = context && (await readContextUser(context, cluster, env));
  if (cluster === undefined || user === undefined || failures.length > 0) throw invalid(failures);
  const authorization = createAuthorization(user.credential, {
    runPlugin: (plugin) => runPlugin(plugin, cluster, env),
  });
  const { server } = cluster;
  const tls = tlsOf(cluster, user);
  return { ...authorization, server, tls, headers: user.impersonation, proxyEnv: proxyOf(cluster, env) };
}

async function readContextUser(
  { section, user }: Context,
  cluster: ClusterSettings | undefined,
  env: NodeJS.ProcessEnv,
): Promise<UserSettings> {
  if (user === undefined) {
    // `kubectl proxy` on this machine adds the credentials itself.
    const isNamed = section.text("user") !== undefined;
    if (!isNamed && cluster?.server.protocol !== "http:")
      section.fail("user", "expected the name of a user, found none");
    return ANONYMOUS;
  }
  const settings = await readUser(user);
  refusePlugin(user, settings, env);
  refuseKeyMismatch(user, settings);
  return settings;
}

function refusePlugin(section: Section, { credential }: UserSettings, env: NodeJS.ProcessEnv): void {
  if (credential.kind !== "exec" || credential.plugin.command === "" || isAllowed(credential.plugin, env)) return;
  const { command } = credential.plugin;
  section
    .section("exec")
    ?.fail(
      "command",
      `${command} is not on the list of programs that may be run; ${ALLOWED_PLUGINS_VARIABLE}=${command} permits it`,
    );
}

function refuseKeyMismatch(section: Section, { certificate }: UserSettings): void {
  try {
    if (certificate !== undefined) createSecureContext(certificate);
  } catch {
    section.fail("client-key", "expected the key of the client-certificate, found another one or none");
  }
}

function tlsOf({ ca, serverName, insecure }: ClusterSettings, { certificate }: UserSettings): Tls {
  return {
    rejectUnauthorized: !insecure,
    ...(ca !== undefined && { ca }),
    ...(serverName !== undefined && { servername: serverName }),
    ...certificate,
  };
}

/** As kubectl does it: the proxy of the kubeconfig, else that of the environment, which is never asked about this machine. */
function proxyOf({ server, proxy }: ClusterSettings, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (proxy !== undefined) return { HTTPS_PROXY: proxy.href, HTTP_PROXY: proxy.href };
  return isLoopback(server) ? {} : env;
}

function invalid(failures: readonly Failure[]): GitOpsError {
  return new GitOpsError(failures.map(formatFailure).join("; "), { code: "Invalid" });
}
