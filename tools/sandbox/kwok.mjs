import { join } from "node:path";
import { bin } from "../setup/paths.mjs";
import { call } from "./apiserver.mjs";
import { answers } from "./http.mjs";
import { kubeconfigOf } from "./kubeconfig.mjs";

const NODES = ["sandbox-node-1", "sandbox-node-2"];

export const kwok = {
  name: "kwok",
  after: ["kube-apiserver"],
  ports: ["kwok"],
  address: ({ ports }) => `http://127.0.0.1:${ports.kwok}`,
  command: (dir, { ports }) => ({
    program: join(bin, "kwok"),
    args: [
      `--kubeconfig=${kubeconfigOf(dir, "kwok")}`,
      `--config=${join(import.meta.dirname, "stages.yaml")}`,
      "--manage-all-nodes=true",
      "--node-ip=127.0.0.1",
      "--cidr=10.244.0.0/16",
      `--server-address=127.0.0.1:${ports.kwok}`,
      "--v=ERROR",
    ],
  }),
  ready: async (dir, record) => {
    const nodes = await Promise.all(NODES.map((name) => nodeIsReady(dir, record, name)));
    return nodes.every(Boolean) && answers(`${kwok.address(record)}/healthz`, [200]);
  },
};

async function nodeIsReady(dir, record, name) {
  const found = await call(dir, record, `/api/v1/nodes/${name}`);
  if (found.status === 404)
    await call(dir, record, "/api/v1/nodes", { method: "POST", body: JSON.stringify(node(name)) });
  if (found.status !== 200) return false;
  const conditions = JSON.parse(found.body).status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

/** Large enough for every test; kwok makes it Ready. */
function node(name) {
  const resources = { cpu: "1000", memory: "1Ti", pods: "10000", "ephemeral-storage": "1Ti" };
  const labels = { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    status: { capacity: resources, allocatable: resources },
  };
}
