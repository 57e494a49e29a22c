// A small HTTP server that misbehaves on demand, where the real API server would not.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { ServerOptions } from "node:https";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server as NetServer } from "node:net";
import { text } from "node:stream/consumers";

import type { Client, ClientOptions } from "./client.ts";
import { createClient } from "./client.ts";
import type { Connection } from "./connection.ts";
import type { RetryOptions } from "./retry.ts";

export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface FakeServer {
  readonly url: URL;
  /** Everything asked so far. */
  readonly received: readonly Received[];
  readonly connections: () => number;
  close(): Promise<void>;
}

export type Handler = (request: Received, response: ServerResponse, number: number) => unknown;

export async function startServer(handle: Handler, tls?: ServerOptions): Promise<FakeServer> {
  const received: Received[] = [];
  let connections = 0;
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = "", url = "/", headers } = request;
    const body = await text(request);
    const asked = { method, url: new URL(url, "http://server"), headers, body };
    received.push(asked);
    await handle(asked, response, received.length);
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => void listener(request, response);
  const server = tls === undefined ? createServer(onRequest) : createTlsServer(tls, onRequest);
  server.on("connection", () => connections++);
  const port = await listen(server);
  return {
    received,
    url: new URL(`${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`),
    connections: () => connections,
    close: () => close(server),
  };
}

/** @returns the port, on this machine only */
export function listen(server: NetServer): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  return promise;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

export function json(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): ServerResponse {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  return response.end(JSON.stringify(value));
}

/** A failure as the API server tells it. */
export function status(code: number, reason: string, message: string, details: object = {}): object {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message, details };
}

const RESOURCES = [
  { resource: "configmaps", responseKind: { kind: "ConfigMap" }, scope: "Namespaced", verbs: ["get", "list"] },
  { resource: "secrets", responseKind: { kind: "Secret" }, scope: "Namespaced", verbs: ["get", "list"] },
  { resource: "namespaces", responseKind: { kind: "Namespace" }, scope: "Cluster", verbs: ["get", "list"] },
];

/** Answers discovery with three kinds of the core group, and hands everything else to the handler. */
export function withDiscovery(handle: Handler): Handler {
  let number = 0;
  return (request, response) => {
    const items = [{ metadata: {}, versions: [{ version: "v1", resources: RESOURCES, freshness: "Current" }] }];
    const { pathname } = request.url;
    if (pathname !== "/api" && pathname !== "/apis") return handle(request, response, ++number);
    json(response, { kind: "APIGroupDiscoveryList", items: pathname === "/api" ? items : [] });
    return undefined;
  };
}

export function connectionTo(url: URL, more: Partial<Connection> = {}): Connection {
  return {
    server: url,
    tls: { rejectUnauthorized: true },
    headers: {},
    proxyEnv: {},
    authorization: () => Promise.resolve("Bearer token"),
    refresh: () => undefined,
    ...more,
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A clock that stands still except while somebody pauses, so that no test sleeps. */
export function pausing(): { readonly pauses: readonly number[]; readonly retry: RetryOptions } {
  const pauses: number[] = [];
  let time = 0;
  const pause = (ms: number, signal: AbortSignal) => {
    pauses.push(ms);
    time += ms;
    return signal.aborted ? Promise.reject(new Error("aborted")) : new Promise((resolve) => setImmediate(resolve));
  };
  return { pauses, retry: { pause, now: () => time, random: () => 1 } };
}

export interface Scene {
  readonly server: FakeServer;
  readonly client: Client;
  readonly pauses: readonly number[];
}

const open: (() => Promise<void>)[] = [];

/** A client of a server that answers discovery by itself and everything else through the handler. */
export async function scene(
  handle: Handler,
  options: ClientOptions = {},
  more: Partial<Connection> = {},
): Promise<Scene> {
  const server = await startServer(withDiscovery(handle));
  const { pauses, retry } = pausing();
  const client = createClient(connectionTo(server.url, more), { ...options, retry: { ...retry, ...options.retry } });
  open.push(async () => {
    client.close();
    await server.close();
  });
  return { server, client, pauses };
}

/** For `afterEach`: ends what `scene` began. */
export async function endScenes(): Promise<void> {
  await Promise.all(open.splice(0).map((end) => end()));
}
