import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";

import { expectExit } from "../support/expect-exit.ts";
import { deploymentIn, objectIn, objectsIn } from "../support/objects.ts";
import { substitute } from "../support/repository.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

// The Application payments is in the first of two shards and api-service in the second. The stack called production is the second one.

const KUSTOMIZATION = "k8s/kustomization.yaml";
const FIRST = { index: 1, count: 2 };
const SECOND = { index: 2, count: 2 };

describe("an environment that two stacks deploy together", () => {
  let world: World;
  let uids: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const rename = (text: string) => text.replace("name: worker-service", "name: payments");
    world = await createWorld({
      stacks: ["qa", "production"],
      services: ["api-service", "worker-service"],
      application: rename,
    });
    const file = await readFile(join(world.folder, "Pulumi.qa.yaml"), "utf8");
    const { config } = parse(file) as { readonly config: Readonly<Record<string, unknown>> };
    for (const [key, value] of Object.entries({ ...config, "gitops:protect": "false" }))
      await world.configure("production", key, value);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    uids = await uidsNow();
    await world.configure("production", "gitops:shard", SECOND);
  });
  afterAll(() => world.close());

  async function uidsNow(): Promise<Readonly<Record<string, string>>> {
    const objects = Object.entries(await objectsIn(world, "qa"));
    return Object.fromEntries(objects.map(([name, { metadata }]) => [name, metadata.uid]));
  }

  async function expectParted(): Promise<void> {
    expect(Object.keys(await world.syncs("qa"))).toEqual(["payments"]);
    expect(Object.keys(await world.syncs("production"))).toEqual(["api-service"]);
    for (const stack of ["qa", "production"] as const)
      expectExit(await world.preview(stack, ["--expect-no-changes"]), 0);
  }

  it("is handed over from one stack as it runs, while both run at once", async () => {
    await world.configure("qa", "gitops:shard", FIRST);
    const stacks = ["qa", "production"] as const;
    const [first] = await Promise.all(
      stacks.map(async (stack) => expectExit(await world.up(stack, ["--skip-preview"]), 0)),
    );
    expect(first).toContain("api-service: another shard deploys this from now on; nothing of it is deleted");
    expect(await uidsNow()).toEqual(uids);
    await expectParted();
  });

  it("is not taken back by a stack that still deploys all of it", async () => {
    await world.configure("qa", "gitops:shard", undefined);
    await world.kubectl("qa", ["scale", "deployment/worker-service", "--replicas=5"]);
    const refused = expectExit(await world.up("qa", ["--skip-preview"]), 1);
    expect(refused).toContain("is deployed by 2 shards, and this stack deploys all of it; nothing was written");
    expect((await deploymentIn(world, "qa", "worker-service")).spec.replicas).toBe(5);
    await world.configure("qa", "gitops:shard", FIRST);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await uidsNow()).toEqual(uids);
    await expectParted();
  });

  it("keeps an object that moves from an Application of one stack to one of the other", async () => {
    const { metadata, spec } = await objectIn(world, "qa", "service", "worker-service");
    const { ports, selector } = spec as { readonly ports: unknown; readonly selector: unknown };
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: metadata.name }, spec: { ports, selector } };
    await world.repository("worker-service").push("develop", {
      [KUSTOMIZATION]: substitute("  - service.yaml\n", ""),
      "k8s/service.yaml": undefined,
    });
    await world.repository("api-service").push("develop", {
      [KUSTOMIZATION]: substitute("resources:\n", "resources:\n  - workers.yaml\n"),
      "k8s/workers.yaml": JSON.stringify(service),
    });
    for (const stack of ["qa", "production"] as const) expectExit(await world.up(stack, ["--skip-preview"]), 0);
    expect(await uidsNow()).toEqual(uids);
    await expectParted();
  });

  it("loses what one stack deploys when that one is destroyed, and nothing else", async () => {
    expectExit(await world.pulumi(["destroy", "--stack=production", "--yes", "--skip-preview"]), 0);
    expect(Object.keys(await objectsIn(world, "qa")).toSorted()).toEqual([
      "Deployment worker-service",
      "Secret worker-service",
    ]);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });
});
