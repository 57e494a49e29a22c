import { stringify } from "yaml";

import type { Access } from "../../components/access/manifests.ts";
import { runOrFail } from "./command.ts";

/** Applies as a cluster administrator. */
export async function applyAccess(kubeconfig: string, { accounts, roles, bindings }: Access): Promise<void> {
  const namespaces = [...new Set(accounts.map(({ metadata }) => metadata.namespace))].map((name) => ({
    ...{ apiVersion: "v1", kind: "Namespace", metadata: { name } },
  }));
  const input = [...namespaces, ...accounts, ...roles, ...bindings].map((object) => stringify(object)).join("---\n");
  await runOrFail("kubectl", [`--kubeconfig=${kubeconfig}`, "apply", "--server-side", "--filename=-"], { input });
}

/** @returns a token of a ServiceAccount */
export async function tokenOf(
  kubeconfig: string,
  { metadata }: Access["accounts"][number] | { metadata: { name: string; namespace: string } },
): Promise<string> {
  const { name, namespace } = metadata;
  const args = [`--kubeconfig=${kubeconfig}`, `--namespace=${namespace}`, "create", "token", name, "--duration=2h"];
  return (await runOrFail("kubectl", args)).trim();
}
