import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { filesIn } from "./folder.mjs";

const PARTS = ["kube-controller-manager", "kube-scheduler", "kwok"];

/** Where a part of the control plane finds its kubeconfig. */
export function kubeconfigOf(dir, part) {
  return join(filesIn(dir).kubernetes, `${part}.kubeconfig`);
}

/** Writes one for people, with a context for each of their users, and one for each part of the control plane. */
export function writeKubeconfigs(dir, record) {
  write(filesIn(dir).kubeconfig, dir, record, { sandbox: "admin", deployer: "deployer", viewer: "viewer" });
  for (const part of PARTS) write(kubeconfigOf(dir, part), dir, record, { [part]: part });
}

/** `contexts` names the owner of the token for each context; the first one is the current context. */
function write(path, dir, { ports, credentials }, contexts) {
  const names = Object.keys(contexts);
  const cluster = {
    server: `https://127.0.0.1:${ports.apiserver}`,
    "certificate-authority-data": readFileSync(filesIn(dir).certificate).toString("base64"),
  };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": names[0],
    clusters: [{ name: "sandbox", cluster }],
    contexts: names.map((name) => ({ name, context: { cluster: "sandbox", user: name } })),
    users: names.map((name) => ({ name, user: { token: credentials.tokens[contexts[name]] } })),
  };
  writeFileSync(path, stringify(config), { mode: 0o600 });
}
