import { writeKubeconfig } from "./service-account.ts";
import { join } from "node:path";
import type { ApiProxy } from "./api-proxy.ts";
import { startApiProxy } from "./api-proxy.ts";
import type { World } from "./world.ts";

/** Puts a proxy that makes trouble between Pulumi and the API server. */
export async function troubleApi(world: World): Promise<{ readonly proxy: ApiProxy; readonly env: NodeJS.ProcessEnv }> {
  const { server, certificate, certificateKey } = world.sandbox;
  const proxy = await startApiProxy({ server, ca: certificate, cert: certificate, key: certificateKey });
  const file = join(world.folder, "kubeconfig-proxy");
  const kubeconfig = await writeKubeconfig(file, world.sandbox, world.account.token, proxy.url);
  return { proxy, env: { ...world.env, KUBECONFIG: kubeconfig } };
}
