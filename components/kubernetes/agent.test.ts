import { afterEach, describe, expect, it } from "@jest/globals";
import { createServer } from "node:http";
import { connect } from "node:net";

import { issue, makeAuthority } from "./certificate.fixture.ts";
import { createClient } from "./client.ts";
import type { Tls } from "./connection.ts";
import type { FakeServer, Handler } from "./server.fixture.ts";
import { connectionTo, json, listen, pausing, startServer, status, withDiscovery } from "./server.fixture.ts";

const authority = makeAuthority();
const stranger = makeAuthority("stranger");
const serving = issue(authority, "server", ["127.0.0.1", "kube.test"]);
const KUBE_SYSTEM = { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", uid: "the-uid" } };

const ends: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

async function tlsServer(cert = serving, more: object = {}): Promise<FakeServer> {
  const server = await startServer((_, response) => json(response, KUBE_SYSTEM), { ...cert, ...more });
  ends.push(() => server.close());
  return server;
}

function clusterId(url: URL, tls: Partial<Tls>, proxyEnv: NodeJS.ProcessEnv = {}): Promise<string> {
  const { retry } = pausing();
  const client = createClient(connectionTo(url, { tls: { rejectUnauthorized: true, ...tls }, proxyEnv }), { retry });
  ends.push(() => client.close());
  return client.clusterId();
}

describe("a connection over TLS", () => {
  it("is made to a server that the authority vouches for", async () => {
    const { url } = await tlsServer();
    expect(await clusterId(url, { ca: authority.cert })).toBe("the-uid");
  });

  it.each<[string, Partial<Tls>, typeof serving, RegExp]>([
    ["another authority signed", { ca: stranger.cert }, serving, /cannot be reached: .*(certificate|self.signed)/],
    ["nobody signed", {}, serving, /cannot be reached: .*(certificate|self.signed)/],
    ["is for another address", { ca: authority.cert }, issue(authority, "server", ["10.0.0.1"]), /does not match/],
    [
      "is for another name than tls-server-name",
      { ca: authority.cert, servername: "other.test" },
      serving,
      /does not match/,
    ],
  ])("is refused, at once, when the certificate %s", async (_, tls, cert, message) => {
    const server = await tlsServer(cert);
    await expect(clusterId(server.url, tls)).rejects.toMatchObject({
      code: "Failed",
      retryable: false,
      message: expect.stringMatching(message) as unknown,
    });
    expect(server.received).toEqual([]);
    expect(server.connections()).toBe(1);
  });

  it("is made to another name with tls-server-name, and to anybody with insecure-skip-tls-verify", async () => {
    const named = await tlsServer(issue(authority, "server", ["only.test"]));
    expect(await clusterId(named.url, { ca: authority.cert, servername: "only.test" })).toBe("the-uid");
    expect(await clusterId(named.url, { rejectUnauthorized: false })).toBe("the-uid");
  });

  it("shows the client's certificate", async () => {
    const mutual = { requestCert: true, rejectUnauthorized: true, ca: authority.cert };
    const { url } = await tlsServer(serving, mutual);
    expect(await clusterId(url, { ca: authority.cert, ...issue(authority, "admin") })).toBe("the-uid");
    await expect(clusterId(url, { ca: authority.cert })).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be reached/) as unknown,
    });
  });

  it("knows that a creation may have happened, on a new connection and on a used one", async () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one", namespace: "qa" } };
    const absent = status(404, "NotFound", "not found", { name: "one" });
    const lose: Handler = ({ method }, response) =>
      method === "POST" ? response.socket?.destroy() : json(response, absent, 404);
    const server = await startServer(withDiscovery(lose), serving);
    const { retry } = pausing();
    const tls = { rejectUnauthorized: true, ca: authority.cert };
    const client = createClient(connectionTo(server.url, { tls }), { retry });
    ends.push(
      () => client.close(),
      () => server.close(),
    );
    await expect(client.create(object, { manager: "m" })).rejects.toMatchObject({ code: "Unavailable" });
    const methods = server.received.map(({ method }) => method).slice(2);
    expect(methods).toEqual(["POST", "GET", "POST", "GET", "POST", "GET"]);
  });

  it("goes through a proxy, still end to end", async () => {
    const { url } = await tlsServer();
    const tunnels: string[] = [];
    const proxy = createServer();
    proxy.on("connect", ({ url: target = "" }, socket) => {
      tunnels.push(target);
      const upstream = connect(Number(url.port), "127.0.0.1", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
      socket.pipe(upstream).pipe(socket);
      socket.on("error", () => upstream.destroy());
      upstream.on("error", () => socket.destroy());
    });
    const port = await listen(proxy);
    ends.push(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const HTTPS_PROXY = `http://127.0.0.1:${port}`;
    const remote = new URL("https://kube.test:6443");
    expect(await clusterId(remote, { ca: authority.cert }, { HTTPS_PROXY })).toBe("the-uid");
    expect(tunnels).toEqual(["kube.test:6443"]);
    await expect(clusterId(remote, { ca: stranger.cert }, { HTTPS_PROXY })).rejects.toMatchObject({ code: "Failed" });
  });

  it("to a server that does not speak TLS is an error in one line", async () => {
    const plain = await startServer((_, response) => json(response, {}));
    ends.push(() => plain.close());
    const url = new URL(plain.url.href.replace("http:", "https:"));
    await expect(clusterId(url, {})).rejects.toMatchObject({
      code: "Failed",
      message: expect.stringMatching(/^get Namespace kube-system: https:\S+ cannot be reached: [^\n]+$/) as unknown,
    });
  });
});
