import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { credentials } from "@grpc/grpc-js";
import type * as AnalyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type * as Analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import type { Struct as StructOf } from "google-protobuf/google/protobuf/struct_pb.js";

import { runOrFail } from "../support/command.ts";

// The example pack as its users install it, asked as the engine asks it. The engine itself cannot start it here: the language host of the
// test bed is older than the CLI and knows no policy packs.

const require = createRequire(import.meta.url);
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb.js") as typeof AnalyzerGrpc;
const { AnalyzeRequest, AnalyzerResourceOptions } = require("@pulumi/pulumi/proto/analyzer_pb.js") as typeof Analyzer;
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js") as { readonly Struct: typeof StructOf };

const EXAMPLE = join(import.meta.dirname, "..", "..", "examples", "policy-pack");
const MANDATORY = 1;

describe("the example policy pack", () => {
  let folder: string;
  let pack: ChildProcess;
  let client: AnalyzerGrpc.AnalyzerClient;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "policy-pack-"));
    await cp(EXAMPLE, folder, { recursive: true, filter: (source) => !source.includes("node_modules") });
    await runOrFail("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
    const starter = "node_modules/@pulumi/pulumi/cmd/run-policy-pack";
    pack = spawn(process.execPath, [starter, "127.0.0.1:1", "."], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(pack.stdout!, "data")) as [Buffer];
    client = new AnalyzerClient(`127.0.0.1:${port.toString().trim()}`, credentials.createInsecure());
  });
  afterAll(async () => {
    client.close();
    pack.kill();
    await rm(folder, { recursive: true });
  });

  async function violations(
    type: string,
    containers: readonly object[],
    kind = "Deployment",
  ): Promise<readonly string[]> {
    const template = { spec: { containers } };
    const spec = kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template };
    const properties = { manifests: { [`apps/${kind} qa/web`]: JSON.stringify({ kind, spec }) } };
    const request = new AnalyzeRequest();
    request.setType(type);
    request.setName("qa-web");
    request.setUrn(`urn:pulumi:qa::gitops::${type}::qa-web`);
    request.setProperties(Struct.fromJavaScript(properties));
    request.setOptions(new AnalyzerResourceOptions());
    const response = await new Promise<Analyzer.AnalyzeResponse>((resolve, reject) => {
      client.analyze(request, (error, answer) => (error === null ? resolve(answer) : reject(error)));
    });
    return response.getDiagnosticsList().map((found) => {
      expect(found.getEnforcementlevel()).toBe(MANDATORY);
      return found.getMessage().split("\n").at(-1) ?? "";
    });
  }

  const SYNC = "pulumi-nodejs:dynamic/gitops:Sync";
  const resources = { limits: { memory: "64Mi" } };

  it.each([
    ["registry.example.com/my-org/web:v1.2.0", []],
    ["registry.example.com/my-org/web@sha256:0123", []],
    ["registry.example.com/my-org/web", ["registry.example.com/my-org/web names no version"]],
    ["registry.example.com/my-org/web:latest", ["registry.example.com/my-org/web:latest names no version"]],
    ["docker.io/library/web:1", ["docker.io/library/web:1 is not from registry.example.com"]],
    ["registry.example.com.evil.io/web:1", ["registry.example.com.evil.io/web:1 is not from registry.example.com"]],
  ])("judges the image %s", async (image, expected) => {
    const found = await violations(SYNC, [{ name: "web", image, resources }]);
    expect(found).toEqual(expected.map((problem) => `apps/Deployment qa/web: container web: ${problem}`));
  });

  it("asks for a memory limit, in jobs on a schedule as well", async () => {
    const container = {
      name: "web",
      image: "registry.example.com/my-org/web:v1",
      resources: { requests: { memory: "1Mi" } },
    };
    const expected = "container web: resources.limits.memory is not set";
    expect(await violations(SYNC, [container])).toEqual([`apps/Deployment qa/web: ${expected}`]);
    expect(await violations(SYNC, [container], "CronJob")).toEqual([`apps/CronJob qa/web: ${expected}`]);
  });

  it("has nothing to say of other resources", async () => {
    expect(await violations("kubernetes:apps/v1:Deployment", [{ name: "web", image: "x" }])).toEqual([]);
  });
});
