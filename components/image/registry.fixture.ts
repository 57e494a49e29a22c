import { expect } from "@jest/globals";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { isGitOpsError } from "../error.ts";
import type { RegistrySettings } from "./registries-conf.ts";
import type { RegistryOptions } from "./registry.ts";
import { createRegistry } from "./registry.ts";

// A hostile or broken registry, which no real one can be made to play. The real one is met in test/integration/registry.test.ts.
export type Handler = (url: URL, request: IncomingMessage, response: ServerResponse) => void;

export interface Stand {
  readonly origin: string;
  readonly host: string;
  /** `GET /v2/... <authorization>` in the order they came. */
  readonly requests: string[];
}

export const PASSWORD = "hunter2";
export const TOKEN = "t0ken-value";
const servers: Server[] = [];

export async function serve(handler: Handler): Promise<Stand> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", origin);
    requests.push([request.method, url.pathname + url.search, request.headers.authorization ?? "-"].join(" "));
    handler(url, request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const origin = `http://${host}`;
  return { origin, host, requests };
}

export function closeStands(): void {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}

export function json(
  response: ServerResponse,
  value: unknown,
  headers: Record<string, string> = {},
  status = 200,
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}

const CREDENTIALS = { REGISTRY: `me:${PASSWORD}` };
export const BASIC = `Basic ${Buffer.from(CREDENTIALS.REGISTRY).toString("base64")}`;

export function settingsFor(stand: Stand, more: Partial<RegistrySettings> = {}): RegistrySettings {
  const entry = { name: "test", prefix: stand.host, apiUrl: stand.origin, insecure: true, default: false };
  return { ...entry, credentials: "env:REGISTRY", ...more };
}

export function open(options: Partial<RegistryOptions> = {}) {
  const waits: number[] = [];
  const wait = (milliseconds: number) => {
    waits.push(milliseconds);
    return Promise.resolve();
  };
  const env = { DOCKER_CONFIG: "/nonexistent", ...CREDENTIALS };
  return { waits, registry: createRegistry({ registries: [], env, wait, ...options }) };
}

export async function failureOf(listing: Promise<unknown>): Promise<string> {
  const error: unknown = await listing.then(
    () => "it did not fail",
    (reason: unknown) => reason,
  );
  if (!isGitOpsError(error)) return String(error);
  const text = `${error.code}${error.retryable ? " (retryable)" : ""}: ${error.message}`;
  expect(`${text}${error.stack ?? ""}${JSON.stringify(error)}`).not.toContain(PASSWORD);
  expect(text).not.toContain(TOKEN);
  expect(text).not.toContain("\n");
  return text;
}
