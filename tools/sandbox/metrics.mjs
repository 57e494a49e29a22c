import { join } from "node:path";
import { node } from "../setup/paths.mjs";
import { apiserver, call } from "./apiserver.mjs";
import { answers, request } from "./http.mjs";

const API_SERVICE = "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io";
const SERVICE = "/api/v1/namespaces/kube-system/services/metrics-stand-in";

/** The resource metrics API: without it every HorizontalPodAutoscaler is degraded for want of numbers. */
export const metrics = {
  name: "metrics-stand-in",
  after: [apiserver.name],
  ports: ["metrics"],
  address: ({ ports }) => `https://127.0.0.1:${ports.metrics}`,
  command: (dir) => ({ program: node, args: [join(import.meta.dirname, "metrics-stand-in.mjs"), dir] }),
  ready: async (dir, record) =>
    (await answers(`${metrics.address(record)}/healthz`, [200], { rejectUnauthorized: false })) &&
    isServed(dir, record),
};

/** Lets the pods of a namespace whose names start so use this percentage of the CPU they request; the usual load is 50. */
export async function setLoad(record, namespace, prefix, percentage) {
  const url = `${metrics.address(record)}/load/${encodeURIComponent(namespace)}/${encodeURIComponent(prefix)}`;
  const { status } = await request(url, { method: "PUT", body: String(percentage), rejectUnauthorized: false });
  if (status !== 200) throw new Error(`expected the load as a percentage, for example 90: found ${percentage}`);
}

/** Whether the API server has seen it at its place; tells it the place first. */
async function isServed(dir, record) {
  const found = await call(dir, record, API_SERVICE);
  if (found.status !== 200 && found.status !== 404) return false;
  const { spec, status } = JSON.parse(found.body);
  if (spec?.service?.port !== record.ports.metrics) {
    await register(dir, record);
    return false;
  }
  return (status.conditions ?? []).some((one) => one.type === "Available" && one.status === "True");
}

/** A service of the type ExternalName is the one form in which an aggregated API may live on the loopback. */
async function register(dir, record) {
  const port = record.ports.metrics;
  const name = "metrics-stand-in";
  const namespace = "kube-system";
  await apply(dir, record, SERVICE, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { type: "ExternalName", externalName: "localhost", ports: [{ port }] },
  });
  await apply(dir, record, API_SERVICE, {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1beta1.metrics.k8s.io" },
    spec: {
      group: "metrics.k8s.io",
      version: "v1beta1",
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name, namespace, port },
    },
  });
}

function apply(dir, record, path, object) {
  const body = JSON.stringify(object);
  const type = "application/apply-patch+yaml";
  return call(dir, record, `${path}?fieldManager=sandbox&force=true`, { method: "PATCH", type, body });
}
