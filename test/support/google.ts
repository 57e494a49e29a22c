import { join } from "node:path";

import type { World } from "./world.ts";

const STAND_INS = join(import.meta.dirname, "..", "stand-ins", "bin");

/**
 * Google Cloud as a world sees it: stand-ins for what cannot run here, the sandbox's API server as every cluster's control plane, and an
 * access token in the environment. No kubeconfig leads anywhere.
 */
export function googleEnvironment({ env, folder, sandbox, account }: World): NodeJS.ProcessEnv {
  const certificate = join(sandbox.folder, "kubernetes", "apiserver.crt");
  return {
    PATH: `${STAND_INS}:${env["PATH"] ?? ""}`,
    KUBECONFIG: join(folder, "no-kubeconfig"),
    GOOGLE_OAUTH_ACCESS_TOKEN: account.token,
    STAND_IN_CLOUD: join(folder, "cloud"),
    STAND_IN_CONTROL_PLANE: sandbox.server.host,
    STAND_IN_CONTROL_PLANE_CA: certificate,
    // Publicly trusted is here what the sandbox's API server is signed by, for Node and for programs in Go.
    NODE_EXTRA_CA_CERTS: certificate,
    SSL_CERT_FILE: certificate,
  };
}
