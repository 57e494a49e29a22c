import { afterEach, describe, expect, it } from "@jest/globals";

import type { Handler } from "./server.fixture.ts";
import { endScenes, json, scene, status } from "./server.fixture.ts";

const TARGET = { group: "", kind: "ConfigMap", namespace: "qa", name: "one" };
const MANIFEST = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one", namespace: "qa" }, data: { a: "b" } };
const OURS = [{ manager: "ours", operation: "Update" }];

function live(managedFields: readonly object[]): object {
  return { ...MANIFEST, metadata: { ...MANIFEST.metadata, uid: "u", managedFields } };
}

const absent = status(404, "NotFound", 'configmaps "one" not found', { name: "one", kind: "configmaps" });

afterEach(endScenes);

describe("server-side apply", () => {
  it.each([
    [{ manager: "ours", force: true, dryRun: false }, "?fieldManager=ours&force=true&fieldValidation=Strict"],
    [
      { manager: "ours", force: false, dryRun: true },
      "?fieldManager=ours&force=false&fieldValidation=Strict&dryRun=All",
    ],
  ])("sends the manifest as it is, with %j", async (options, query) => {
    const { client, server } = await scene((_, response) => json(response, live([])));
    expect(await client.apply(MANIFEST, options)).toEqual(live([]));
    const { method, url, headers, body } = server.received.at(-1)!;
    expect(`${method} ${url.pathname}${url.search}`).toBe(`PATCH /api/v1/namespaces/qa/configmaps/one${query}`);
    expect(headers["content-type"]).toBe("application/apply-patch+yaml");
    expect(JSON.parse(body)).toEqual(MANIFEST);
  });

  it("is repeated when its answer gets lost", async () => {
    const { client, pauses } = await scene((_, response, number) =>
      number === 1 ? response.socket?.resetAndDestroy() : json(response, live([])),
    );
    expect(await client.apply(MANIFEST, { manager: "ours", force: true, dryRun: false })).toEqual(live([]));
    expect(pauses).toHaveLength(1);
  });

  it("leaves the namespace out of the path of a cluster-scoped object", async () => {
    const { client, server } = await scene((_, response) => json(response, live([])));
    await client.apply(
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "a:b", namespace: "qa" } },
      { manager: "ours", force: true, dryRun: false },
    );
    expect(server.received.at(-1)?.url.pathname).toBe("/api/v1/namespaces/a%3Ab");
  });
});

describe("a creation", () => {
  const create = (client: Awaited<ReturnType<typeof scene>>["client"]) => client.create(MANIFEST, { manager: "ours" });
  const lost: Handler = (_, response) => response.socket?.resetAndDestroy();

  it("of an object that exists is a conflict", async () => {
    const { client } = await scene((_, response) =>
      json(response, status(409, "AlreadyExists", 'configmaps "one" already exists'), 409),
    );
    await expect(create(client)).rejects.toMatchObject({
      code: "Conflict",
      message: 'create ConfigMap qa/one: configmaps "one" already exists',
    });
  });

  it.each<[string, Handler, object | undefined, readonly string[]]>([
    ["it happened", lost, live(OURS), ["POST", "GET"]],
    ["it did not happen", lost, undefined, ["POST", "GET", "POST"]],
    [
      "it did not happen, though the server only said 500",
      (_, response) => json(response, status(500, "InternalError", "timeout"), 500),
      undefined,
      ["POST", "GET", "POST"],
    ],
    [
      "it was throttled, so it cannot have happened",
      (_, response) => json(response, status(429, "TooManyRequests", "later"), 429),
      undefined,
      ["POST", "POST"],
    ],
  ])("whose answer gets lost is looked up before it is sent again: %s", async (_, first, found, methods) => {
    const { client, server } = await scene((request, response, number) => {
      if (number === 1) return first(request, response, number);
      if (request.method === "POST") return json(response, live(OURS), 201);
      return found === undefined ? json(response, absent, 404) : json(response, found);
    });
    expect(await create(client)).toEqual(live(OURS));
    expect(
      server.received.filter(({ url }) => url.pathname.includes("configmaps")).map(({ method }) => method),
    ).toEqual(methods);
  });

  it("is a conflict when somebody else was faster while the answer was lost", async () => {
    const { client } = await scene((request, response, number) =>
      number === 1
        ? lost(request, response, number)
        : json(response, live([{ manager: "other", operation: "Update" }])),
    );
    await expect(create(client)).rejects.toMatchObject({
      code: "Conflict",
      message: "create ConfigMap qa/one: it exists already, made by somebody else",
    });
  });

  it("is given up after a few lost answers", async () => {
    const { client, server } = await scene((request, response) =>
      request.method === "POST" ? response.socket?.resetAndDestroy() : json(response, absent, 404),
    );
    await expect(create(client)).rejects.toMatchObject({ code: "Unavailable", retryable: true });
    expect(server.received.filter(({ method }) => method === "POST")).toHaveLength(3);
  });
});

describe("a JSON patch", () => {
  it.each([
    [
      "is repeated when its answer gets lost, if it cannot apply twice",
      [{ op: "replace", path: "/metadata/resourceVersion", value: "7" }],
      2,
    ],
    [
      "is not repeated when its answer gets lost, if it might apply twice",
      [{ op: "add", path: "/data/list/-", value: "7" }],
      1,
    ],
  ])("%s", async (_, operations, sent) => {
    const { client, server } = await scene((_request, response, number) =>
      number === 1 ? response.socket?.resetAndDestroy() : json(response, live([])),
    );
    const patching = client.patchJson(TARGET, operations, { manager: "ours" });
    await (sent === 1 ? expect(patching).rejects.toMatchObject({ code: "Unavailable" }) : patching);
    const patches = server.received.filter(({ method }) => method === "PATCH");
    expect(patches).toHaveLength(sent);
    expect(patches[0]?.headers["content-type"]).toBe("application/json-patch+json");
    expect(JSON.parse(patches[0]?.body ?? "")).toEqual(operations);
  });
});

describe("a deletion", () => {
  it("always says which object it means", async () => {
    const { client, server } = await scene((_, response) => json(response, { kind: "Status", status: "Success" }));
    expect(await client.remove(TARGET, { uid: "u", resourceVersion: "7", propagation: "Foreground" })).toBe("deleted");
    const { method, body } = server.received.at(-1)!;
    expect(method).toBe("DELETE");
    expect(JSON.parse(body)).toEqual({
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: "Foreground",
      preconditions: { uid: "u", resourceVersion: "7" },
    });
  });

  it.each<[string, Handler, object | string]>([
    ["there is no such object any more", (_, response) => json(response, absent, 404), "gone"],
    [
      "it is another object",
      (_, response) =>
        json(
          response,
          status(409, "Conflict", "Precondition failed: UID in precondition: u, UID in object meta: v"),
          409,
        ),
      { code: "Conflict" },
    ],
    [
      "its path is unknown, which says nothing about the object",
      (_, response) => void response.writeHead(404).end("404 page not found"),
      { code: "NotFound" },
    ],
  ])("when %s", async (_, handle, expected) => {
    const { client } = await scene(handle);
    const removing = client.remove(TARGET, { uid: "u", propagation: "Background" });
    if (typeof expected === "string") expect(await removing).toBe(expected);
    else await expect(removing).rejects.toMatchObject(expected);
  });
});

describe("the identity of a cluster", () => {
  it("is asked for once", async () => {
    const { client, server } = await scene((_, response) =>
      json(response, { metadata: { name: "kube-system", uid: "id" } }),
    );
    expect([await client.clusterId(), await client.clusterId()]).toEqual(["id", "id"]);
    expect(server.received).toHaveLength(1);
  });

  it.each<[string, Handler, object]>([
    [
      "which right is missing",
      (_, response) => json(response, status(403, "Forbidden", "no"), 403),
      {
        code: "Forbidden",
        message:
          "get Namespace kube-system: its uid tells one cluster from another; grant the verb get on the namespace kube-system",
      },
    ],
    [
      "that the answer is strange",
      (_, response) => json(response, { metadata: {} }),
      { code: "Failed", message: "get Namespace kube-system: the answer has no uid" },
    ],
  ])("or an error says %s, and the next one asks again", async (_, handle, expected) => {
    const { client } = await scene((request, response, number) =>
      number === 1 ? handle(request, response, number) : json(response, { metadata: { uid: "id" } }),
    );
    await expect(client.clusterId()).rejects.toMatchObject(expected);
    expect(await client.clusterId()).toBe("id");
  });
});
