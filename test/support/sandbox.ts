import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The control plane, Git server and registry that this run of the tests uses. */
export interface Sandbox {
  /** With which programs find it. */
  readonly env: NodeJS.ProcessEnv;
  /** Folder of the sandbox. */
  readonly folder: string;
  /** Of a cluster administrator. */
  readonly kubeconfig: string;
  /** API server. */
  readonly server: URL;
  readonly gitUrl: URL;
  /** Folder of the Git server's bare repositories. */
  readonly repositories: string;
  /** Host and port. */
  readonly registry: string;
  readonly auditLog: string;
  /** The API server's certificate, which is its own authority, and its key. */
  readonly certificate: string;
  readonly certificateKey: string;
}

/** @param env as `sandbox env` prints it @throws when it is not such an environment */
export function readSandbox(env: NodeJS.ProcessEnv): Sandbox {
  const read = (name: string): string => {
    const value = env[name];
    if (value === undefined) throw new Error(`${name} is not set: no sandbox is running for these tests`);
    return value;
  };
  const folder = read("SANDBOX_DIR");
  const kubeconfig = read("KUBECONFIG");
  return {
    env,
    folder,
    kubeconfig,
    server: new URL(/server: (\S+)/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? ""),
    gitUrl: new URL(read("SANDBOX_GIT_URL")),
    repositories: join(folder, "git"),
    registry: read("SANDBOX_REGISTRY"),
    auditLog: join(folder, "audit.log"),
    certificate: readFileSync(join(folder, "kubernetes", "apiserver.crt"), "utf8"),
    certificateKey: readFileSync(join(folder, "kubernetes", "apiserver.key"), "utf8"),
  };
}
