import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { readDiff } from "../support/diff-text.ts";
import { deploymentIn, objectsIn, versions } from "../support/objects.ts";
import { substitute } from "../support/repository.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

describe("two environments on one cluster", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa", "production"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });
  afterAll(() => world.close());

  it("do not see each other's objects", async () => {
    const qa = versions(await objectsIn(world, "qa"));
    const audit = await world.followAudit();
    expectExit(await world.up("production"), 0);
    const { writes } = await audit();
    expect(writes.length).toBeGreaterThan(0);
    expect(writes.filter((write) => write.includes(world.nameOf("qa")))).toEqual([]);
    expect(versions(await objectsIn(world, "qa"))).toEqual(qa);
    for (const stack of ["qa", "production"] as const)
      expectExit(await world.preview(stack, ["--expect-no-changes"]), 0);
  });

  it("differ by their branch: a push to develop changes QA only", async () => {
    const production = versions(await objectsIn(world, "production"));
    await world.repository("worker-service").push("develop", {
      "k8s/deployment.yaml": substitute('value: "4"', 'value: "8"'),
    });
    const preview = await world.preview("qa", ["--expect-no-changes", "--diff"]);
    expectExit(preview, 7);
    expect(readDiff(preview.output, "worker-service")).toEqual({
      revision: expect.stringMatching(/^"[0-9a-f]{40}" => "[0-9a-f]{40}"$/),
      [`apps/Deployment ${world.nameOf("qa")}/worker-service spec.template.spec.containers[0].env[0].value`]:
        '"4" => "8"',
    });
    expectExit(await world.up("qa"), 0);
    expect(await concurrencyIn("qa")).toBe("8");
    expectExit(await world.preview("production", ["--expect-no-changes"]), 0);
    await world.up("production");
    expect(await concurrencyIn("production")).toBe("4");
    expect(versions(await objectsIn(world, "production"))).toEqual(production);
  });

  it("come together when develop is merged", async () => {
    await world
      .repository("worker-service")
      .push("main", { "k8s/deployment.yaml": substitute('value: "4"', 'value: "8"') });
    expectExit(await world.up("production"), 0);
    expect(await concurrencyIn("production")).toBe("8");
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("end one by one: destroying QA leaves production as it is", async () => {
    const production = versions(await objectsIn(world, "production"));
    expectExit(await world.pulumi(["destroy", "--stack=qa", "--yes"]), 0);
    expect(await objectsIn(world, "qa")).toEqual({});
    expect(versions(await objectsIn(world, "production"))).toEqual(production);
  });

  async function concurrencyIn(stack: "qa" | "production"): Promise<string | undefined> {
    const { spec } = await deploymentIn(world, stack, "worker-service");
    return spec.template.spec.containers[0]?.env?.find(({ name }) => name === "CONCURRENCY")?.value;
  }
});
