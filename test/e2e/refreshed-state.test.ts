import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { meddle } from "../support/meddling.ts";
import { essences, objectsIn } from "../support/objects.ts";
import { outputsOf } from "../support/pulumi.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

/** `pulumi refresh` writes into the state what the cluster is like: what was applied must be known all the same. */
describe("after `pulumi refresh`, which keeps the drift in the state,", () => {
  let world: World;
  let desired: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    desired = essences(await objectsIn(world, "qa"));
  });
  afterAll(() => world.close());

  const refresh = async () => expectExit(await world.pulumi(["refresh", "--stack=qa", "--yes"]), 0);
  const clean = async () => expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  const color = (what: string) => ["set", "env", "deployment/api-service", `COLOR${what}`];
  const whole = async () => expect(essences(await objectsIn(world, "qa"))).toEqual(desired);

  it.each([
    ["a preview still shows it, and an `up` takes it back", []],
    ["so do they without another refresh", ["--refresh=false"]],
  ])("%s", async (_, args) => {
    await meddle(world);
    await refresh();
    expectExit(await world.preview("qa", ["--expect-no-changes", ...args]), 7);
    expectExit(await world.up("qa", ["--skip-preview", ...args]), 0);
    await whole();
    await clean();
  });

  it("a second one is no loss either", async () => {
    await meddle(world);
    await refresh();
    await refresh();
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    await whole();
  });

  it("nothing is left to do once the change has been taken back by hand", async () => {
    await world.kubectl("qa", color("=red"));
    await refresh();
    await world.kubectl("qa", color("-"));
    await refresh();
    await clean();
    await whole();
  });

  it("an Application without self-heal keeps the change until Git changes, and what was applied is known all along", async () => {
    const text = await world.readApplication("api-service");
    await world.writeApplication("api-service", text.replace("selfHeal: true", "selfHeal: false"));
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    await world.kubectl("qa", color("=red"));
    await refresh();
    for (let run = 0; run < 2; run++) {
      expectExit(await world.up("qa", ["--skip-preview"]), 0);
      const { "api-service": sync } = await world.syncs("qa");
      expect(outputsOf(sync!).drift).toEqual([expect.stringMatching(/COLOR/)]);
    }
    await world.writeApplication("api-service", text);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    await whole();
  });

  it("a `destroy` deletes everything", async () => {
    await meddle(world);
    await refresh();
    expectExit(await world.pulumi(["destroy", "--stack=qa", "--yes"]), 0);
    expect(Object.keys(await objectsIn(world, "qa"))).toEqual([]);
  });
});
