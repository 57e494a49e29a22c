import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bin } from "../setup/paths.mjs";
import { filesIn } from "./folder.mjs";
import { answers, request } from "./http.mjs";
import { writeKubeconfigs } from "./kubeconfig.mjs";

export const etcd = {
  name: "etcd",
  after: [],
  ports: ["etcd", "etcdPeer"],
  address: ({ ports }) => `http://127.0.0.1:${ports.etcd}`,
  command: (dir, { ports }) => ({
    program: join(bin, "etcd"),
    args: [
      `--data-dir=${filesIn(dir).etcd}`,
      `--listen-client-urls=http://127.0.0.1:${ports.etcd}`,
      `--advertise-client-urls=http://127.0.0.1:${ports.etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
      "--log-level=error",
      "--unsafe-no-fsync=true",
    ],
  }),
  ready: (_, record) => answers(`${etcd.address(record)}/readyz`, [200]),
};

export const apiserver = {
  name: "kube-apiserver",
  after: ["etcd"],
  ports: ["apiserver"],
  address: ({ ports }) => `https://127.0.0.1:${ports.apiserver}`,
  command: (dir, record) => ({ program: join(bin, "kube-apiserver"), args: flags(filesIn(dir), record.ports) }),
  ready: async (dir, record) => {
    const ready = (await call(dir, record, "/readyz")).status === 200;
    if (ready) writeKubeconfigs(dir, record);
    return ready;
  },
};

function flags(files, ports) {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${ports.apiserver}`,
    `--cert-dir=${files.kubernetes}`,
    "--service-cluster-ip-range=10.0.0.0/16",
    "--endpoint-reconciler-type=none",
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    `--service-account-issuer=https://127.0.0.1:${ports.apiserver}/`,
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    `--token-auth-file=${files.tokens}`,
    // It taints new nodes until the node lifecycle controller, which does not run here, has seen them.
    "--disable-admission-plugins=TaintNodesByCondition",
    `--audit-policy-file=${join(import.meta.dirname, "audit-policy.yaml")}`,
    `--audit-log-path=${files.auditLog}`,
    // In MB; a rotated log would lose what a test wants to read.
    "--audit-log-maxsize=2048",
  ];
}

/** One request to the API server, as `user` of tokens.csv, with a body of the media type `type`; status 0 when it cannot be reached. */
export async function call(dir, record, path, { user = "sandbox", type = "application/json", ...options } = {}) {
  const { certificate } = filesIn(dir);
  // The API server makes its own certificate on its first start, and it is its own authority.
  if (!existsSync(certificate)) return { status: 0 };
  const headers = { authorization: `Bearer ${record.credentials.tokens[user]}`, "content-type": type };
  try {
    return await request(`${apiserver.address(record)}${path}`, { ca: readFileSync(certificate), headers, ...options });
  } catch {
    return { status: 0 };
  }
}
