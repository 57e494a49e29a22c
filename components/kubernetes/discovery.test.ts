import { afterEach, describe, expect, it } from "@jest/globals";

import type { Client } from "./client.ts";
import { createClient } from "./client.ts";
import type { FakeServer, Handler } from "./server.fixture.ts";
import { connectionTo, endScenes, json, pausing, scene, startServer, status } from "./server.fixture.ts";

let server: FakeServer | undefined;
let client: Client | undefined;
afterEach(async () => {
  await endScenes();
  client?.close();
  await server?.close();
});

async function clientOf(handle: Handler) {
  server = await startServer(handle);
  client = createClient(connectionTo(server.url), { retry: pausing().retry });
  return client;
}

function resource(kind: string, plural: string, scope = "Namespaced") {
  return { resource: plural, responseKind: { group: "ignored", kind }, scope, verbs: ["list"] };
}

function aggregated(items: readonly object[]): object {
  return { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", items };
}

const CORE = {
  metadata: {},
  versions: [
    { version: "v1", freshness: "Current", resources: [resource("Pod", "pods"), resource("Node", "nodes", "Cluster")] },
  ],
};
const AUTOSCALING = {
  metadata: { name: "autoscaling" },
  versions: [
    { version: "v2", resources: [resource("HorizontalPodAutoscaler", "horizontalpodautoscalers")] },
    {
      version: "v1",
      resources: [
        resource("HorizontalPodAutoscaler", "horizontalpodautoscalers"),
        resource("Old", "olds"),
        { resource: "nothing", responseKind: null, scope: "Cluster" },
      ],
    },
  ],
};
const METRICS = {
  metadata: { name: "metrics.k8s.io" },
  versions: [{ version: "v1beta1", freshness: "Stale", resources: [] }],
};

const LEGACY: Readonly<Record<string, object>> = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/api/v1": {
    kind: "APIResourceList",
    resources: [
      { name: "pods", kind: "Pod", namespaced: true, verbs: ["list"] },
      { name: "pods/eviction", kind: "Eviction", namespaced: true, verbs: ["get"] },
      { name: "nodes", kind: "Node", namespaced: false, verbs: ["list"] },
    ],
  },
  "/apis": {
    kind: "APIGroupList",
    groups: [
      {
        name: "autoscaling",
        versions: [{ groupVersion: "autoscaling/v1" }, { groupVersion: "autoscaling/v2" }],
        preferredVersion: { groupVersion: "autoscaling/v2" },
      },
      {
        name: "metrics.k8s.io",
        versions: [{ groupVersion: "metrics.k8s.io/v1beta1" }],
        preferredVersion: { groupVersion: "metrics.k8s.io/v1beta1" },
      },
    ],
  },
  "/apis/autoscaling/v2": {
    kind: "APIResourceList",
    resources: [
      { name: "horizontalpodautoscalers", kind: "HorizontalPodAutoscaler", namespaced: true, verbs: ["list"] },
    ],
  },
  "/apis/autoscaling/v1": {
    kind: "APIResourceList",
    resources: [
      { name: "horizontalpodautoscalers", kind: "HorizontalPodAutoscaler", namespaced: true, verbs: ["list"] },
      { name: "olds", kind: "Old", namespaced: true, verbs: ["list"] },
    ],
  },
};

describe("discovery", () => {
  it.each<[string, Handler]>([
    [
      "in its aggregated form",
      ({ url }, response) => json(response, aggregated(url.pathname === "/api" ? [CORE] : [AUTOSCALING, METRICS])),
    ],
    [
      "group by group from an older server, one of whose groups does not answer",
      ({ url }, response) => {
        const answer = LEGACY[url.pathname];
        if (answer === undefined) json(response, status(503, "ServiceUnavailable", "no"), 503);
        else json(response, answer);
      },
    ],
  ])("is read %s", async (_, handle) => {
    const discovery = await (await clientOf(handle)).discover();
    const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true, verbs: ["list"] };
    expect(discovery.kindOf("", "Pod")).toEqual(pods);
    expect(discovery.kindOf("", "Node")?.namespaced).toBe(false);
    expect(discovery.kindOf("autoscaling", "HorizontalPodAutoscaler")?.version).toBe("v2");
    expect(discovery.kindOf("autoscaling", "HorizontalPodAutoscaler", "v1")?.version).toBe("v1");
    expect(discovery.kindOf("autoscaling", "HorizontalPodAutoscaler", "v3")).toBeUndefined();
    expect(discovery.kindOf("autoscaling", "Old")?.version).toBe("v1");
    expect(discovery.kindOf("apps", "Pod")).toBeUndefined();
    expect(discovery.all().map(({ kind, version }) => `${version} ${kind}`)).toEqual([
      "v1 Pod",
      "v1 Node",
      "v2 HorizontalPodAutoscaler",
      "v1 Old",
    ]);
    expect(discovery.incomplete).toEqual(["metrics.k8s.io"]);
  });

  it("takes two requests, however many ask, until something fresh is wanted", async () => {
    const client = await clientOf(({ url }, response) =>
      json(response, aggregated(url.pathname === "/api" ? [CORE] : [])),
    );
    await Promise.all([client.discover(), client.discover(), client.discover()]);
    expect(server?.received).toHaveLength(2);
    await client.discover({ fresh: true });
    await client.discover();
    expect(server?.received).toHaveLength(4);
  });

  it.each<[string, Handler, object]>([
    [
      "a server that is something else",
      (_, response) => json(response, { hello: "world" }),
      { code: "Failed", message: "discover API /api: the answer is not that of a Kubernetes API" },
    ],
    [
      "a server that wants to know who asks",
      (_, response) => json(response, status(401, "Unauthorized", "x"), 401),
      { code: "Unauthorized" },
    ],
  ])("fails on %s, and is tried again the next time", async (_, handle, expected) => {
    let broken = true;
    const client = await clientOf((request, response, number) => {
      if (broken) return handle(request, response, number);
      return json(response, aggregated([]));
    });
    await expect(client.discover()).rejects.toMatchObject(expected);
    broken = false;
    expect((await client.discover()).all()).toEqual([]);
  });
});

describe("a kind", () => {
  const target = { group: "example.com", kind: "Widget", namespace: "qa", name: "w" };

  it("that the cluster does not know is looked for once more before that is said", async () => {
    let installed = false;
    const widgets = {
      metadata: { name: "example.com" },
      versions: [{ version: "v1", resources: [resource("Widget", "widgets")] }],
    };
    const client = await clientOf(({ url }, response) => {
      if (url.pathname === "/api") return json(response, aggregated([CORE]));
      if (url.pathname === "/apis") return json(response, aggregated(installed ? [widgets] : []));
      return json(response, { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w", namespace: "qa" } });
    });
    await client.discover();
    installed = true;
    expect((await client.get(target))?.kind).toBe("Widget");
  });

  it.each([
    [
      "nobody knows",
      target,
      "NotFound",
      "get Widget qa/w: the cluster does not know the kind Widget in the API group example.com",
    ],
    [
      "is served in another version",
      { ...target, group: "autoscaling", kind: "Old", version: "v2" },
      "NotFound",
      "get Old qa/w: the cluster serves Old of the API group autoscaling as v1, not as v2",
    ],
    [
      "belongs to a group that does not answer",
      { ...target, group: "metrics.k8s.io", kind: "PodMetrics" },
      "Unavailable",
      "get PodMetrics qa/w: the API group metrics.k8s.io does not answer",
    ],
    [
      "needs a namespace",
      { ...target, group: "", kind: "Pod", namespace: "" },
      "Invalid",
      "get Pod w: metadata.namespace: expected one, found none",
    ],
    [
      "needs a name",
      { ...target, group: "", kind: "Pod", name: "" },
      "Invalid",
      "get Pod qa: metadata.name: expected one, found none",
    ],
  ])("that %s is an error, not an object that does not exist", async (_, asked, code, message) => {
    const client = await clientOf(({ url }, response) =>
      json(response, aggregated(url.pathname === "/api" ? [CORE] : [AUTOSCALING, METRICS])),
    );
    await expect(client.get(asked)).rejects.toMatchObject({ code, message });
  });

  it("that is unknown costs one more look, however many objects of it there are", async () => {
    const { client, server: asked } = await scene(() => undefined);
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => client.get(target)));
    expect(results.every(({ status: outcome }) => outcome === "rejected")).toBe(true);
    expect(asked.received).toHaveLength(4);
  });
});
