import { writeFile } from "node:fs/promises";

import { stringify } from "yaml";

import { run, runOrFail } from "./command.ts";
import type { Sandbox } from "./sandbox.ts";
import { waitFor } from "./wait-for.ts";

/** An account of its own makes a user of its own in the audit log, and its token can be taken away. */
export interface ServiceAccount {
  /** As the audit log has it. */
  readonly username: string;
  readonly token: string;
  /** Returns when the token means nothing any more: an API server remembers for ten seconds that it was good. */
  revoke(): Promise<void>;
  remove(): Promise<void>;
}

/** A cluster administrator. */
export async function createServiceAccount(kubeconfig: string, name: string): Promise<ServiceAccount> {
  const flags = [`--kubeconfig=${kubeconfig}`, "--namespace=default"];
  const kubectl = (...args: readonly string[]) => runOrFail("kubectl", [...flags, ...args]);
  await kubectl("create", "serviceaccount", name);
  await kubectl(
    "create",
    "clusterrolebinding",
    name,
    "--clusterrole=cluster-admin",
    `--serviceaccount=default:${name}`,
  );
  const token = (await kubectl("create", "token", name, "--duration=2h")).trim();
  return {
    token,
    username: `system:serviceaccount:default:${name}`,
    async revoke() {
      await kubectl("delete", "serviceaccount", name);
      const ask = () => run("kubectl", [...flags, `--token=${token}`, "get", "namespace", "default"]);
      await waitFor("the API server to refuse the token", async () => (await ask()).code !== 0);
    },
    async remove() {
      await run("kubectl", [...flags, "delete", "clusterrolebinding", name, "--ignore-not-found"]);
      await run("kubectl", [...flags, "delete", "serviceaccount", name, "--ignore-not-found"]);
    },
  };
}

/** @param server another address of the same API server @returns the file */
export async function writeKubeconfig(
  file: string,
  sandbox: Pick<Sandbox, "server" | "certificate">,
  token: string,
  server: string = sandbox.server.href,
): Promise<string> {
  const authority = Buffer.from(sandbox.certificate).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "cluster", cluster: { server, "certificate-authority-data": authority } }],
    users: [{ name: "pulumi", user: { token } }],
    contexts: [{ name: "cluster", context: { cluster: "cluster", user: "pulumi" } }],
    "current-context": "cluster",
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}
