import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { apiserver, call } from "./apiserver.mjs";
import { filesIn, requireRecord } from "./folder.mjs";

// Stands in for metrics-server, which asks kubelets: here there are none. It answers the resource metrics API with half of the CPU that each
// container requests, so that autoscalers have numbers to work with, or with the load set by PUT /load/NAMESPACE/POD-NAME-PREFIX (a percentage).
const GROUP_VERSION = "metrics.k8s.io/v1beta1";
const USUAL_LOAD = 50;
/** Shorter than metrics-server's, so that an autoscaler believes the numbers of a pod one second after it is ready. */
const WINDOW = "1s";

const dir = process.argv[2];
const record = requireRecord(dir);
const loads = new Map();

const files = filesIn(dir);
const certificate = { cert: readFileSync(files.certificate), key: readFileSync(files.certificateKey) };
createServer(certificate, async (request, response) => {
  const { status = 200, body } = await handle(request).catch((error) => failure(500, error.message));
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}).listen(record.ports.metrics, "127.0.0.1");

async function handle(request) {
  const url = new URL(request.url, "https://127.0.0.1");
  const [, first, ...rest] = url.pathname.split("/").map(decodeURIComponent);
  if (first === "healthz") return { body: {} };
  if (first === "load" && request.method === "PUT") return changeLoad(rest, await text(request));
  if (url.pathname === `/apis/${GROUP_VERSION}`) return { body: resources };
  const namespace = /^\/apis\/metrics\.k8s\.io\/v1beta1(\/namespaces\/[^/]+)?\/pods$/.exec(url.pathname);
  if (namespace !== null) return podMetricsList(namespace[1] ?? "", url.searchParams.get("labelSelector"));
  if (url.pathname === `/apis/${GROUP_VERSION}/nodes`) return list("NodeMetricsList", []);
  return failure(404, `the stand-in knows no ${url.pathname}`);
}

const resources = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: GROUP_VERSION,
  resources: [
    { name: "nodes", singularName: "", namespaced: false, kind: "NodeMetrics", verbs: ["list"] },
    { name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs: ["list"] },
  ],
};

function changeLoad([namespace, prefix = ""], body) {
  const percentage = Number(body);
  if (!(percentage >= 0)) return failure(400, `expected a percentage, found ${body}`);
  loads.set(`${namespace}/${prefix}`, percentage);
  return { body: {} };
}

async function podMetricsList(namespacePath, labelSelector) {
  const query = new URLSearchParams({ fieldSelector: "status.phase=Running", labelSelector: labelSelector ?? "" });
  const found = await call(dir, record, `/api/v1${namespacePath}/pods?${query}`, { user: "metrics-stand-in" });
  if (found.status !== 200) return failure(503, `${apiserver.name} answers ${found.status}`);
  return list("PodMetricsList", JSON.parse(found.body).items.map(podMetrics));
}

function podMetrics({ metadata, spec }) {
  const { name, namespace, labels } = metadata;
  const load = loadOf(`${namespace}/${name}`);
  const containers = spec.containers.map((container) => ({
    name: container.name,
    usage: {
      cpu: `${Math.round((milliCores(container.resources?.requests?.cpu ?? "100m") * load) / 100)}m`,
      memory: "64Mi",
    },
  }));
  return { metadata: { name, namespace, labels }, timestamp: new Date().toISOString(), window: WINDOW, containers };
}

/** The longest prefix says most about a pod. */
function loadOf(pod) {
  const [closest] = [...loads.keys()].filter((prefix) => pod.startsWith(prefix)).sort((a, b) => b.length - a.length);
  return loads.get(closest) ?? USUAL_LOAD;
}

/** The API server gives a CPU quantity back as `250m` or as whole cores. */
function milliCores(quantity) {
  return quantity.endsWith("m") ? Number.parseInt(quantity, 10) : Number(quantity) * 1000;
}

function list(kind, items) {
  return { body: { kind, apiVersion: GROUP_VERSION, metadata: {}, items } };
}

function failure(code, message) {
  return { status: code, body: { kind: "Status", apiVersion: "v1", status: "Failure", code, message } };
}

async function text(request) {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return body;
}
