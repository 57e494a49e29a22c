import { afterAll, afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expectExit } from "../support/expect-exit.ts";
import type { ApiProxy } from "../support/api-proxy.ts";
import { isApply } from "../support/api-proxy.ts";
import { objectsIn } from "../support/objects.ts";
import { commandOf, descendantsOf, isRunning, kill, killTree } from "../support/processes.ts";
import { substitute } from "../support/repository.ts";
import { troubleApi } from "../support/trouble.ts";
import { waitFor } from "../support/wait-for.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const STATE_FILES = ["qa.json", "qa.json.attrs"];

describe("`kill -9` of pulumi in the middle of an apply", () => {
  let world: World;
  let proxy: ApiProxy;
  let env: NodeJS.ProcessEnv;
  const worlds: World[] = [];

  beforeEach(async () => {
    world = await createWorld({ stacks: ["qa"], services: ["api-service", "worker-service"] });
    worlds.push(world);
    ({ proxy, env } = await troubleApi(world));
  });
  afterEach(() => proxy.close());
  afterAll(async () => {
    for (const each of worlds) await each.close();
  });

  /** Starts `up`, lets `writes` writes through, keeps back the answers of all others and kills. */
  async function killAfter(writes: number, killIt: (pid: number) => Promise<void>): Promise<void> {
    let seen = 0;
    proxy.meddle((passing) => (isApply(passing) && ++seen > writes ? "no answer" : undefined));
    let pid = 0;
    const up = world.up("qa", ["--skip-preview"], { env, onStart: (child) => (pid = child.pid!) });
    await waitFor("a write whose answer is kept back", () => proxy.withheld() > 0, 60_000);
    await stopBetweenWrites(pid);
    await killIt(pid);
    expect(await up).toMatchObject({ code: null, signal: "SIGKILL" });
    proxy.meddle(() => undefined);
  }

  /** Pulumi's file backend does not bear being killed while it writes a file, and that is not what is tried here. */
  async function stopBetweenWrites(pid: number): Promise<void> {
    const folder = join(world.folder, "state", ".pulumi", "stacks", "gitops");
    await waitFor("a moment in which the state is whole", async () => {
      process.kill(pid, "SIGSTOP");
      const texts = await Promise.all(STATE_FILES.map((name) => readFile(join(folder, name), "utf8").catch(() => "")));
      if (texts.every(isJson)) return true;
      process.kill(pid, "SIGCONT");
      return false;
    });
  }

  /** What a person does after a crash: release the lock, then go on. */
  async function recover(): Promise<void> {
    const cancel = await world.pulumi(["cancel", "--stack=qa", "--yes"]);
    expectExit(cancel, 0);
    expectExit(await world.up("qa", ["--skip-preview"], { env }), 0);
  }

  async function expectConverged(names: readonly string[]): Promise<void> {
    expect(Object.keys(await objectsIn(world, "qa")).toSorted()).toEqual(names.toSorted());
    expectExit(await world.preview("qa", ["--expect-no-changes", "--diff"]), 0);
    const inventories = Object.values(await world.syncs("qa")).flatMap(
      ({ outputs }) => outputs?.["inventory"] as string[],
    );
    expect(inventories).toHaveLength(names.length);
  }

  const WORKER = ["Deployment worker-service", "Secret worker-service", "Service worker-service"];
  const API = [
    ...["ConfigMap api-service", "Deployment api-service", "Service api-service"],
    "HorizontalPodAutoscaler api-service",
  ];

  it.each([0, 2, 5])("in the first deployment, %d writes in, is made good by the next up", async (writes) => {
    await killAfter(writes, killTree);
    await recover();
    await expectConverged([...API, ...WORKER]);
  });

  it("leaves no orphan when Git has changed before the next up", async () => {
    await killAfter(3, killTree);
    const left = Object.keys(await objectsIn(world, "qa"));
    expect(left).toContain("ConfigMap api-service");
    await world.repository("api-service").push("develop", {
      "k8s/configmap.yaml": undefined,
      "k8s/deployment.yaml": (text) => text.replace(/ {12}- name: LOG_LEVEL\n(?: {14}.*\n)+/, ""),
      "k8s/kustomization.yaml": substitute("  - configmap.yaml\n", ""),
    });
    await recover();
    await expectConverged([...API.filter((name) => name !== "ConfigMap api-service"), ...WORKER]);
  });

  it("in an update is made good, although the state does not know what was written", async () => {
    const first = await world.up("qa", ["--skip-preview"], { env });
    expectExit(first, 0);
    await world.repository("worker-service").push("develop", {
      "k8s/extra.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n",
      "k8s/kustomization.yaml": substitute("resources:\n", "resources:\n  - extra.yaml\n"),
      "k8s/deployment.yaml": substitute('value: "4"', 'value: "8"'),
    });
    await killAfter(0, killTree);
    await world.repository("worker-service").push("develop", {
      "k8s/extra.yaml": undefined,
      "k8s/kustomization.yaml": substitute("  - extra.yaml\n", ""),
    });
    await recover();
    await expectConverged([...API, ...WORKER]);
  });

  it("of the CLI alone is made good as well: the provider that it had started ends and writes nothing more", async () => {
    let started: readonly number[] = [];
    let providers: readonly number[] = [];
    await killAfter(2, async (pid) => {
      started = await descendantsOf(pid);
      const commands = await Promise.all(started.map(commandOf));
      providers = started.filter((_, index) => commands[index]!.includes("pulumi-resource-pulumi-nodejs"));
      expect(providers.length).toBeGreaterThan(0);
      kill(pid);
    });
    await waitFor(
      "the provider to end",
      async () => !(await Promise.all(providers.map(isRunning))).includes(true),
      10_000,
    );
    started.forEach(kill);
    await recover();
    await expectConverged([...API, ...WORKER]);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
