import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { runOrFail } from "../support/command.ts";
import { expectExit } from "../support/expect-exit.ts";
import { substitute } from "../support/repository.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const EXAMPLE = join(import.meta.dirname, "..", "..", "examples", "policy-pack");
const LIMITED = "resources:\n            limits: { memory: 256Mi }";

describe("the example policy pack", () => {
  let world: World;
  let env: NodeJS.ProcessEnv;
  const gate = ["--policy-pack=policy-pack"];

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"], services: ["worker-service"] });
    env = await install(world);
  });
  afterAll(() => world.close());

  it("blocks a preview of a container without limits, and an up, which writes nothing", async () => {
    const preview = await world.preview("qa", gate, { env });
    expectExit(preview, 1);
    expect(preview.output).toContain("container worker: resources.limits.memory is not set");
    const audit = await world.followAudit();
    expectExit(await world.up("qa", ["--skip-preview", ...gate], { env }), 1);
    expect((await audit()).writes).toEqual([]);
  });

  it("lets pass what keeps its rules", async () => {
    const worker = world.repository("worker-service");
    await worker.push("develop", { "k8s/deployment.yaml": substitute("resources:", LIMITED) });
    expectExit(await world.preview("qa", gate, { env }), 0);
    expectExit(await world.up("qa", ["--skip-preview", ...gate], { env }), 0);
  });

  it("sees the images that were decided, and those that nobody decided", async () => {
    const sidecar =
      "containers:\n        - { name: proxy, image: 'docker.io/library/proxy:latest', resources: { limits: { memory: 1Mi } } }";
    await world
      .repository("worker-service")
      .push("develop", { "k8s/deployment.yaml": substitute("containers:", sidecar) });
    const preview = await world.preview("qa", gate, { env });
    expectExit(preview, 1);
    expect(preview.output).toContain(
      "container proxy: docker.io/library/proxy:latest is not from registry.example.com",
    );
    expect(preview.output).toContain("container proxy: docker.io/library/proxy:latest names no version");
    expect(preview.output).not.toContain("container worker:");
  });
});

/**
 * With its own dependencies, as its lock file says. The language host of the tests is older than the CLI and starts no policy packs; so
 * the pack is started the way the CLI starts one of a language that it does not know: by a program like the SDK's own pulumi-analyzer-policy.
 */
async function install({ folder, env }: World): Promise<NodeJS.ProcessEnv> {
  const [pack, bin] = [join(folder, "policy-pack"), join(folder, "bin")];
  await cp(EXAMPLE, pack, { recursive: true, filter: (source) => !source.includes("node_modules") });
  const manifest = join(pack, "PulumiPolicy.yaml");
  await writeFile(manifest, (await readFile(manifest, "utf8")).replace("runtime: nodejs", "runtime: nodepack"));
  await mkdir(bin);
  const starter = join(bin, "pulumi-analyzer-policy-nodepack");
  await writeFile(starter, '#!/bin/sh\nexec node node_modules/@pulumi/pulumi/cmd/run-policy-pack "$@"\n');
  await chmod(starter, 0o755);
  await runOrFail("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], {
    cwd: pack,
    env: { ...env, HOME: process.env["HOME"] },
  });
  return { ...env, PATH: `${bin}:${env["PATH"] ?? ""}` };
}
