import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parseDocument } from "yaml";

import { run, runOrFail } from "../support/command.ts";
import { expectExit } from "../support/expect-exit.ts";
import type { World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..");
const PROGRAM = ["components", "stacks", "package.json", "package-lock.json", ".npmrc", "Pulumi.yaml"];

/** The shell blocks of a section of README.md, as somebody would paste them. */
async function blocksOf(section: string): Promise<readonly string[]> {
  const text = await readFile(join(CHECKOUT, "README.md"), "utf8");
  const body = text.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? "";
  return [...body.matchAll(/^```sh\n([^`]*)^```$/gm)].map(([, block = ""]) => block);
}

describe('"Use it on your cluster" of README.md', () => {
  let world: World;
  let namespace: string;
  let blocks: readonly string[];

  beforeAll(async () => {
    blocks = await blocksOf("Use it on your cluster");
    world = await createWorld({ stacks: [] });
    namespace = `qa-${world.organisation}`;
    await unpack(world.folder);
    await writeStackFile(world.folder, namespace);
  });
  afterAll(async () => {
    await kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false");
    await world.close();
  });

  const kubectl = (...args: readonly string[]) =>
    runOrFail("kubectl", [`--kubeconfig=${world.sandbox.kubeconfig}`, ...args]);
  const deployments = async () =>
    (await kubectl("get", "deployments", `--namespace=${namespace}`, "--output=name")).split("\n").filter(Boolean);
  /** Word for word; ends at the first command that fails. */
  const paste = (block: string) => run("bash", ["-e", "-c", block], { cwd: world.folder, env: shell(world.env) });

  it("has three blocks of commands", () => expect(blocks).toHaveLength(3));

  it("leads from a checkout to services that run", async () => {
    const start = await paste(blocks[0]!);
    expectExit(start, 0);
    expect(start.stdout).toContain("Previewing update (qa)");
    expect(start.stdout.split("Updating (qa)")[0]).toContain("api-service");
    expect(await deployments()).toEqual(SERVICES.map((service) => `deployment.apps/${service}`));
  });

  it("has commands for every day that all succeed where Git and the cluster agree", async () => {
    const day = await paste(blocks[1]!);
    expectExit(day, 0);
    for (const service of SERVICES) expect(day.stdout).toContain(`"${service}": {`);
    expect(day.stdout).toMatch(/^kind: ClusterRole$/m);
  });

  it("stops at the gate for CI with exit code 7 when somebody has meddled", async () => {
    await kubectl("scale", "deployment/worker-service", `--namespace=${namespace}`, "--replicas=5");
    const gate = blocks[1]!.split("\n").filter((line) => line.includes("--expect-no-changes"));
    expect(gate).toHaveLength(1);
    expectExit(await paste(gate.join("\n")), 7);
  });

  it("takes everything away again", async () => {
    expectExit(await paste(blocks[2]!), 0);
    expect(await deployments()).toEqual([]);
  });
});

/** A checkout: what a world links are copies here, and packages are yet to be installed. */
async function unpack(folder: string): Promise<void> {
  await rm(join(folder, "node_modules"));
  for (const name of PROGRAM) {
    await rm(join(folder, name), { force: true });
    await cp(join(CHECKOUT, name), join(folder, name), { recursive: true });
  }
}

/** The stack file of the checkout, in a namespace of this test's own. */
async function writeStackFile(folder: string, namespace: string): Promise<void> {
  const document = parseDocument(await readFile(join(CHECKOUT, "Pulumi.qa.yaml"), "utf8"));
  document.delete("encryptionsalt");
  document.setIn(["config", "gitops:environment"], namespace);
  document.setIn(["config", "gitops:namespace"], namespace);
  await writeFile(join(folder, "Pulumi.qa.yaml"), document.toString());
}

/** A desk where nobody is asked, and npm takes what it has fetched before. */
function shell(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const cache = process.env["npm_config_cache"] ?? join(process.env["HOME"] ?? "", ".npm");
  return { ...env, npm_config_cache: cache, npm_config_prefer_offline: "true", PULUMI_SKIP_CONFIRMATIONS: "true" };
}
