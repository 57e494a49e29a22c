import { join } from "node:path";
import { bin } from "../setup/paths.mjs";
import { call } from "./apiserver.mjs";
import { filesIn } from "./folder.mjs";
import { answers } from "./http.mjs";
import { kubeconfigOf } from "./kubeconfig.mjs";

// There is no kubelet, cloud or disk. Without the node lifecycle controller nodes stay Ready when the API server was away for a while.
const UNUSED = ["node-lifecycle-controller", "node-ipam-controller", "persistentvolume-attach-detach-controller"];

export const controllerManager = {
  name: "kube-controller-manager",
  after: ["kube-apiserver"],
  ports: ["controllerManager"],
  address: ({ ports }) => `https://127.0.0.1:${ports.controllerManager}`,
  command: (dir, { ports }) => ({
    program: join(bin, "kube-controller-manager"),
    args: [
      `--kubeconfig=${kubeconfigOf(dir, "kube-controller-manager")}`,
      `--service-account-private-key-file=${filesIn(dir).serviceAccountKey}`,
      `--root-ca-file=${filesIn(dir).certificate}`,
      `--controllers=*,${UNUSED.map((name) => `-${name}`).join(",")}`,
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.controllerManager}`,
      "--kube-api-qps=500",
      "--kube-api-burst=1000",
      // Not fifteen seconds: the first look at an autoscaler comes only after this time.
      `--horizontal-pod-autoscaler-sync-period=${process.env["SANDBOX_AUTOSCALER_PERIOD"] ?? "2s"}`,
      "--horizontal-pod-autoscaler-cpu-initialization-period=1s",
    ],
  }),
  // Pods are refused before the controllers have made their namespace's service account.
  ready: async (dir, record) =>
    (await isUp(controllerManager, record)) &&
    (await call(dir, record, "/api/v1/namespaces/default/serviceaccounts/default")).status === 200,
};

export const scheduler = {
  name: "kube-scheduler",
  after: ["kube-apiserver"],
  ports: ["scheduler"],
  address: ({ ports }) => `https://127.0.0.1:${ports.scheduler}`,
  command: (dir, { ports }) => ({
    program: join(bin, "kube-scheduler"),
    args: [
      `--kubeconfig=${kubeconfigOf(dir, "kube-scheduler")}`,
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.scheduler}`,
    ],
  }),
  ready: (_, record) => isUp(scheduler, record),
};

/** Their certificates are made in memory and vouched for by nobody. No secret is sent. */
function isUp(component, record) {
  return answers(`${component.address(record)}/healthz`, [200], { rejectUnauthorized: false });
}
