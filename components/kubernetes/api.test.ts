import { afterEach, describe, expect, it } from "@jest/globals";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";

import { createClient } from "./client.ts";
import type { Handler } from "./server.fixture.ts";
import { connectionTo, endScenes, json, listen, pausing, scene, status } from "./server.fixture.ts";

const TARGET = { group: "", kind: "ConfigMap", namespace: "qa", name: "one" };
const OBJECT = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one", namespace: "qa", uid: "u" } };

/** Misbehaves once, then answers. */
function onceThen(first: Handler): Handler {
  return (request, response, number) => (number === 1 ? first(request, response, number) : json(response, OBJECT));
}

afterEach(endScenes);

describe("a request", () => {
  it.each<[string, Handler, number[]]>([
    [
      "429 with Retry-After",
      (_, response) => json(response, status(429, "TooManyRequests", "slow down"), 429, { "retry-after": "3" }),
      [3000],
    ],
    ["500", (_, response) => json(response, status(500, "InternalError", "etcd"), 500), [200]],
    ["503 from a proxy, in HTML", (_, response) => void response.writeHead(503).end("<html>busy</html>"), [200]],
    ["a connection that is reset before the answer", (_, response) => void response.socket?.resetAndDestroy(), [200]],
    [
      "a connection that is reset within the answer",
      (_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"apiVersion":"v1",', () => response.socket?.resetAndDestroy());
      },
      [200],
    ],
    [
      "an answer that is shorter than it says",
      (_, response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write("{}", () => response.socket?.end());
      },
      [200],
    ],
  ])("is repeated after %s", async (_, first, expected) => {
    const { client, pauses, server } = await scene(onceThen(first));
    expect(await client.get(TARGET)).toEqual(OBJECT);
    expect(pauses).toEqual(expected);
    expect(server.received.filter(({ url }) => url.pathname.endsWith("/one"))).toHaveLength(2);
  });

  it("does not believe a server that was away a moment ago and refuses: it may not know its roles yet", async () => {
    const refusal = status(403, "Forbidden", 'configmaps "one" is forbidden');
    const { client, pauses } = await scene((_, response, number) => {
      if (number === 1) return response.socket?.resetAndDestroy();
      return number === 2 ? json(response, refusal, 403) : json(response, OBJECT);
    });
    expect(await client.get(TARGET)).toEqual(OBJECT);
    expect(pauses).toEqual([200, 400]);
  });

  it.each<[string, Handler, object]>([
    [
      "malformed JSON",
      (_, response) => void response.writeHead(200, { "content-type": "application/json" }).end('{"token":"s3cret'),
      { code: "Failed", retryable: false, message: "get ConfigMap qa/one: the answer is not JSON (application/json)" },
    ],
    [
      "a login page",
      (_, response) => void response.writeHead(302, { location: "https://sso.example.com" }).end(),
      { code: "Failed", message: "get ConfigMap qa/one: the server answers 302 without saying why" },
    ],
    [
      "an answer encoded in a way nobody asked for",
      (_, response) => void response.writeHead(200, { "content-encoding": "br" }).end("x"),
      { code: "Failed", retryable: false },
    ],
    [
      "a refusal",
      (_, response) => json(response, status(403, "Forbidden", 'configmaps "one" is forbidden'), 403),
      { code: "Forbidden", retryable: false, ref: "ConfigMap qa/one" },
    ],
    [
      "a path the server does not know, which is not an object that does not exist",
      (_, response) => void response.writeHead(404).end("404 page not found\n"),
      { code: "NotFound", retryable: false },
    ],
    [
      "a namespace that does not exist",
      (_, response) => json(response, status(404, "NotFound", 'namespaces "qa" not found', { name: "qa" }), 404),
      { code: "NotFound", message: 'get ConfigMap qa/one: namespaces "qa" not found' },
    ],
  ])("fails at once, in one line, on %s", async (_, handle, expected) => {
    const { client, pauses } = await scene(handle);
    await expect(client.get(TARGET)).rejects.toMatchObject(expected);
    expect(pauses).toEqual([]);
  });

  it("gives up with the cause when the server stays busy for longer than the budget", async () => {
    const { client, pauses } = await scene((_, response) => json(response, status(503, "", "not ready"), 503));
    const error = { code: "Unavailable", retryable: true, message: "get ConfigMap qa/one: not ready" };
    await expect(client.get(TARGET)).rejects.toMatchObject(error);
    expect(pauses.reduce((a, b) => a + b)).toBeGreaterThan(20_000);
  });

  it.each<[string, Handler]>([
    ["never answers", () => undefined],
    [
      "answers byte by byte",
      async (_, response) => {
        response.writeHead(200);
        for (let byte = 0; byte < 1000 && !response.destroyed; byte++) {
          response.write(" ");
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
    ],
  ])("ends in time when the server %s", async (_, handle) => {
    const { client } = await scene(handle, { requestTimeoutMs: 200 });
    const begun = performance.now();
    await expect(client.get(TARGET)).rejects.toMatchObject({ code: "Timeout", retryable: true });
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  it("ends in time when nobody accepts the connection's handshake", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    const port = await listen(silent);
    const { retry, pauses } = pausing();
    const options = { requestTimeoutMs: 100, retry: { ...retry, budgetMs: 1000 } };
    const client = createClient(connectionTo(new URL(`https://127.0.0.1:${port}`)), options);
    await expect(client.clusterId()).rejects.toMatchObject({
      code: "Timeout",
      message: expect.stringMatching(/no connection in time$/) as unknown,
    });
    // A busy machine is slow to accept; nothing was sent, so it is safe to knock again.
    expect(pauses).toEqual([200, 400]);
    sockets.forEach((socket) => socket.destroy());
    silent.close();
  });

  it("says where nobody listens", async () => {
    const free = createServer();
    const port = await listen(free);
    await new Promise((resolve) => free.close(resolve));
    const { retry, pauses } = pausing();
    const client = createClient(connectionTo(new URL(`http://127.0.0.1:${port}`)), { retry });
    await expect(client.clusterId()).rejects.toMatchObject({
      code: "Unavailable",
      message: `get Namespace kube-system: http://127.0.0.1:${port} cannot be reached: connection refused`,
    });
    expect(pauses.length).toBeGreaterThan(3);
  });

  it("refuses an answer that only compression makes small", async () => {
    const bomb = gzipSync(Buffer.alloc(24 * 1024 * 1024, " "));
    const { client } = await scene(
      (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
    );
    await expect(client.get(TARGET)).rejects.toMatchObject({
      code: "Failed",
      message: expect.stringMatching(/larger than 16 MiB$/) as unknown,
    });
  });

  it("reads a compressed answer", async () => {
    const zipped = gzipSync(JSON.stringify(OBJECT));
    const { client } = await scene(
      (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(zipped),
    );
    expect(await client.get(TARGET)).toEqual(OBJECT);
  });

  it("uses a few connections again and again", async () => {
    const { client, server } = await scene((_, response) => json(response, OBJECT), { maxConcurrent: 4 });
    await Promise.all(Array.from({ length: 200 }, () => client.get(TARGET)));
    expect(server.received.length).toBeGreaterThanOrEqual(200);
    expect(server.connections()).toBeLessThanOrEqual(4);
  });

  it("keeps the path of the server's address, as servers behind a proxy need it", async () => {
    const { server } = await scene((_, response) => json(response, OBJECT));
    const client = createClient(connectionTo(new URL("/k8s/clusters/c-1/", server.url)));
    await client.clusterId();
    expect(server.received.at(-1)?.url.pathname).toBe("/k8s/clusters/c-1/api/v1/namespaces/kube-system");
    client.close();
  });

  it("carries the credential and the fields of an impersonation", async () => {
    const headers = { "Impersonate-User": "deployer", "Impersonate-Group": ["a", "b"] };
    const { client, server } = await scene((_, response) => json(response, OBJECT), {}, { headers });
    await client.get(TARGET);
    const sent = server.received.at(-1)?.headers;
    expect(sent).toMatchObject({
      authorization: "Bearer token",
      "impersonate-user": "deployer",
      "impersonate-group": "a, b",
    });
  });

  it("that cannot even be written is an error, which does not quote the token", async () => {
    const authorization = () => Promise.resolve("Bearer s3cret\nX-Injected: yes");
    const { client, server } = await scene((_, response) => json(response, OBJECT), {}, { authorization });
    await expect(client.get(TARGET)).rejects.toMatchObject({
      code: "Failed",
      message: expect.stringMatching(
        /^discover API [^\n]*Invalid character in header content \["authorization"\]$/,
      ) as unknown,
    });
    expect(server.received).toEqual([]);
  });

  it("is not repeated any more once the client is closed", async () => {
    const { client, pauses } = await scene((_, response) => {
      response.socket?.resetAndDestroy();
      client.close();
    });
    await expect(client.get(TARGET)).rejects.toMatchObject({ code: "Unavailable" });
    expect(pauses.length).toBeLessThanOrEqual(1);
  });
});

describe("a 401", () => {
  function credentials(tokens: readonly string[]) {
    let current = 0;
    const refreshed: (string | undefined)[] = [];
    const authorization = () => Promise.resolve(`Bearer ${tokens[Math.min(current, tokens.length - 1)] ?? ""}`);
    const refresh = (rejected?: string) => {
      refreshed.push(rejected);
      current++;
    };
    return { refreshed, more: { authorization, refresh } };
  }

  const onlyNew: Handler = ({ headers }, response) =>
    headers.authorization === "Bearer new"
      ? json(response, OBJECT)
      : json(response, status(401, "Unauthorized", "Unauthorized"), 401);

  it("renews the credential and asks again", async () => {
    const { more, refreshed } = credentials(["old", "new"]);
    const { client, pauses } = await scene(onlyNew, {}, more);
    expect(await client.get(TARGET)).toEqual(OBJECT);
    expect({ refreshed, pauses }).toEqual({ refreshed: ["Bearer old"], pauses: [] });
  });

  it.each([
    ["the renewed credential is refused as well", ["old", "older", "oldest"], 2],
    ["there is no other credential", ["old"], 1],
  ])("is an error when %s", async (_, tokens, asked) => {
    const { more } = credentials(tokens);
    const { client, server } = await scene(onlyNew, {}, more);
    await expect(client.get(TARGET)).rejects.toMatchObject({
      code: "Unauthorized",
      retryable: false,
      message: "get ConfigMap qa/one: the API server does not accept the credentials",
    });
    expect(server.received.filter(({ url }) => url.pathname.endsWith("/one"))).toHaveLength(asked);
  });
});
