import { request } from "node:https";
import { text } from "node:stream/consumers";

import type { Client } from "../components/kubernetes/client.ts";
import type { Sandbox } from "../test/support/sandbox.ts";
import { requestCounts } from "../tools/sandbox/index.mjs";

/** Counters of the servers, which only rise. */
export interface Readings {
  /** Requests of the CLI by the API server's own metrics. */
  readonly api: number;
  readonly git: number;
  /** Lists of tags. */
  readonly tagLists: number;
  /** Everything else that the registry was asked for. */
  readonly otherRegistry: number;
  readonly tokens: number;
}

export const ACCOUNT = "bench";

/**
 * Gives the CLI's account a flow schema of its own: the API server then counts its requests apart from everybody's. It is
 * treated as every service account (the level "workload-low").
 */
export async function createFlowSchema(client: Client): Promise<void> {
  const subjects = [{ kind: "ServiceAccount", serviceAccount: { namespace: "default", name: ACCOUNT } }];
  const resources = { verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true };
  const rules = [
    { subjects, resourceRules: [resources], nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }] },
  ];
  const spec = { priorityLevelConfiguration: { name: "workload-low" }, matchingPrecedence: 500, rules };
  await client.create(
    {
      ...{ apiVersion: "flowcontrol.apiserver.k8s.io/v1", kind: "FlowSchema", metadata: { name: ACCOUNT } },
      spec: { ...spec, distinguisherMethod: { type: "ByUser" } },
    },
    { manager: "bench" },
  );
}

export async function readMeters(sandbox: Sandbox, token: string): Promise<Readings> {
  const [metrics, { git, registry, tokens }] = await Promise.all([
    readMetrics(sandbox, token),
    requestCounts(sandbox.folder),
  ]);
  const tagLists = registry["GET tags"] ?? 0;
  return {
    ...{ api: dispatched(metrics), git: sum(git), tokens: sum(tokens) },
    ...{ tagLists, otherRegistry: sum(registry) - tagLists },
  };
}

/** What was asked between two readings. */
export function between(before: Readings, after: Readings): Readings {
  return {
    api: after.api - before.api,
    git: after.git - before.git,
    tagLists: after.tagLists - before.tagLists,
    otherRegistry: after.otherRegistry - before.otherRegistry,
    tokens: after.tokens - before.tokens,
  };
}

/** Requests that were let through, watches among them. @param metrics in Prometheus' text form */
export function dispatched(metrics: string): number {
  const line = new RegExp(
    String.raw`^apiserver_flowcontrol_dispatched_requests_total\{flow_schema="${ACCOUNT}",[^}]*\} (\S+)$`,
    "gm",
  );
  return [...metrics.matchAll(line)].reduce((total, [, value]) => total + Number(value), 0);
}

/** As an administrator, whose requests count for another flow schema. */
function readMetrics({ server, certificate }: Sandbox, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    // A connection that was kept may have been closed just now.
    const options = { headers, ca: certificate, agent: false };
    const sending = request(new URL("/metrics", server), options, (response) => {
      if (response.statusCode === 200) text(response).then(resolve, reject);
      else reject(new Error(`GET /metrics: ${String(response.statusCode)}`));
    });
    sending.once("error", reject).end();
  });
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
