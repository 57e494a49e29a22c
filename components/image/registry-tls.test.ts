import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdtempSync, writeFileSync } from "node:fs";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { issue, makeAuthority } from "../kubernetes/certificate.fixture.ts";
import type { RegistrySettings } from "./registries-conf.ts";
import { failureOf, open } from "./registry.fixture.ts";

// A real TLS server; its certificate is signed by an authority that nobody knows.

const authority = makeAuthority();
const requests: string[] = [];
let server: Server;
let apiUrl: string;

beforeAll(async () => {
  server = createServer(issue(authority, "registry", ["localhost"]), (request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? "-"}`);
    if (request.url?.startsWith("/token") === true) response.end('{"token":"t"}');
    else if (request.headers.authorization === undefined) {
      response.writeHead(401, { "www-authenticate": `Bearer realm="${apiUrl}/token"` }).end();
    } else response.end('{"tags":["v1.0.0"]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  apiUrl = `https://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function list(more: Partial<RegistrySettings>) {
  const entry = { name: "company", prefix: "registry.example.com", apiUrl, insecure: false, default: false };
  const { registry } = open({ registries: [{ ...entry, ...more }], retryBudgetMs: 0 });
  return registry.listTags("registry.example.com/api");
}

describe("a registry with a certificate of its own", () => {
  it("is trusted when registries.conf has the authority", async () => {
    requests.length = 0;
    expect(await list({ ca: { data: authority.cert }, credentials: "env:REGISTRY" })).toEqual(["v1.0.0"]);
    expect(requests.map((line) => line.split(" ")[0])).toEqual(["GET", "GET", "GET"]);
  });

  it("is trusted when a file has the authority", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "ca-")), "ca.pem");
    writeFileSync(file, authority.cert);
    expect(await list({ ca: { file } })).toEqual(["v1.0.0"]);
  });

  it("is not trusted without, or with another authority", async () => {
    requests.length = 0;
    expect(await failureOf(list({}))).toMatch(/the connection failed \(.*(SIGNATURE|SIGNED|ISSUER).*\)/);
    expect(await failureOf(list({ ca: { data: makeAuthority("x").cert } }))).toMatch(/the connection failed/);
    expect(requests).toEqual([]);
  });

  it("says which file cannot be read", async () => {
    expect(await failureOf(list({ ca: { file: "/nonexistent" } }))).toBe(
      "Failed: registry.example.com/api: ca_file of the registry company cannot be read",
    );
  });
});
