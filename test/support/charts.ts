import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readFile } from "node:fs/promises";

import type { Files } from "./rendering.ts";

/** A folder behind an address of this machine, as chart repositories are. */
export interface ChartServer {
  readonly url: string;
  readonly folder: string;
  /** Path and `Authorization` of every request, in their order. */
  readonly requests: readonly (readonly [path: string, authorization: string | undefined])[];
  close(): Promise<void>;
}

/** @param refuse whether a request is answered with 401 */
export async function serveCharts(refuse: (request: IncomingMessage) => boolean = () => false): Promise<ChartServer> {
  const folder = mkdtempSync(join(tmpdir(), "charts-"));
  const requests: (readonly [string, string | undefined])[] = [];
  const server = createServer((request, response) => {
    const path = URL.parse(request.url ?? "/", "http://localhost")?.pathname ?? "/";
    requests.push([path, request.headers.authorization]);
    if (refuse(request)) {
      response.writeHead(401).end();
      return;
    }
    readFile(join(folder, path)).then(
      (content) => response.writeHead(200).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    folder,
    requests,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

/** Packs a chart with the real helm; returns the file. */
export function packChart(folder: string, version: string, files: Files, name = "demo"): string {
  const source = mkdtempSync(join(tmpdir(), "chart-"));
  const all: Files = { "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: ${version}\n`, ...files };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(source, name, path)), { recursive: true });
    writeFileSync(join(source, name, path), content);
  }
  execFileSync("helm", ["package", join(source, name), "--destination", folder], { stdio: "pipe" });
  return join(folder, `${name}-${version}.tgz`);
}

/** Writes `index.yaml` over the packed charts of a folder, as `helm repo index` does. */
export function indexCharts(folder: string, ...options: readonly string[]): void {
  execFileSync("helm", ["repo", "index", folder, ...options], { stdio: "pipe" });
}

/** Pushes a packed chart with the real helm to the sandbox's registry; returns the `repoURL` of it. */
export function pushChart(file: string, path: string): string {
  const repoURL = `oci://${process.env["SANDBOX_REGISTRY"] ?? ""}/${path}`;
  const config = join(process.env["DOCKER_CONFIG"] ?? "", "config.json");
  execFileSync("helm", ["push", file, repoURL, "--plain-http", "--registry-config", config], { stdio: "pipe" });
  return repoURL;
}
