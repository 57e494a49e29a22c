import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { MEDDLINGS, meddle } from "../support/meddling.ts";
import { essence, essences, objectIn, objectsIn } from "../support/objects.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

describe("`pulumi up` after changes by hand", () => {
  let world: World;
  let desired: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    desired = essences(await objectsIn(world, "qa"));
  });
  afterAll(() => world.close());

  it.each([
    { title: "takes every one of them back", args: [] },
    { title: "takes the same changes back a second time", args: ["--skip-preview"] },
    { title: "takes them back without a refresh, too", args: ["--refresh=false"] },
  ])("$title", async ({ args }) => {
    await meddle(world);
    const meddled = essences(await objectsIn(world, "qa"));
    expect(
      Object.keys(desired).filter((name) => JSON.stringify(meddled[name]) !== JSON.stringify(desired[name])),
    ).toHaveLength(new Set(MEDDLINGS.flatMap(({ diff }) => Object.keys(diff(world)))).size);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 7);
    expectExit(await world.up("qa", args), 0);
    expect(essences(await objectsIn(world, "qa"))).toEqual(desired);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("leaves a rollout restart and what controllers added as they are", async () => {
    await world.kubectl("qa", ["rollout", "restart", "deployment/worker-service"]);
    await world.kubectl("qa", [
      "annotate",
      "deployment/worker-service",
      "operator.example.com/seen=yes",
      "--field-manager=some-operator",
    ]);
    const before = essence(await objectIn(world, "qa", "deployment", "worker-service"));
    await world.kubectl("qa", ["scale", "deployment/worker-service", "--replicas=1"]);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    const after = essence(await objectIn(world, "qa", "deployment", "worker-service"));
    expect(after).toEqual(before);
    expect(JSON.stringify(after)).toContain("kubectl.kubernetes.io/restartedAt");
  });
});
