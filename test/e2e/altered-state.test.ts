import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";

import type { FlatOutputs } from "../../components/sync.state.ts";
import { foldOutputs } from "../../components/sync.state.ts";
import { expectExit } from "../support/expect-exit.ts";
import { essences, objectsIn } from "../support/objects.ts";
import { driftOf, outputsOf } from "../support/pulumi.ts";
import { alterState, syncsIn } from "../support/state.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const ALTERED = /the state has been altered and does not say what was applied/;

describe("a state that somebody has altered", () => {
  let world: World;
  let deployed: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"], services: ["api-service"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    deployed = essences(await objectsIn(world, "qa"));
  });
  afterAll(() => world.close());

  /** The text of each Service becomes another one, which what is packed in the outputs relies on. */
  const alter = (outputs: Partial<FlatOutputs> = {}) =>
    alterState(world, "qa", (resources) => {
      for (const sync of syncsIn(resources)) {
        const manifests = Object.entries(sync.inputs?.["manifests"] as Readonly<Record<string, string>>);
        const altered = manifests.map(([name, text]) => [name, name.startsWith("Service ") ? "{}" : text]);
        sync.inputs = { ...sync.inputs, manifests: Object.fromEntries(altered) as unknown };
        sync.outputs = { ...sync.outputs, ...foldOutputs({ ...outputsOf(sync), ...outputs }) };
      }
    });
  const whole = async () => expect(essences(await objectsIn(world, "qa"))).toEqual(deployed);

  beforeEach(() => alter());

  it("deletes nothing, and is as it was after an `up`", async () => {
    const destroy = await world.pulumi(["destroy", "--stack=qa", "--yes"]);
    expectExit(destroy, 1);
    expect(destroy.output).toMatch(ALTERED);
    await whole();
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    await whole();
  });

  it("is drift where it has to be compared, and applied again", async () => {
    await alter({ fingerprint: undefined });
    const preview = await world.previewJson("qa");
    expect(driftOf(preview, "api-service")).toEqual([expect.stringMatching(ALTERED)]);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
    await whole();
  });

  it("is destroyed once an `up` has made it right", async () => {
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expectExit(await world.pulumi(["destroy", "--stack=qa", "--yes"]), 0);
    expect(await objectsIn(world, "qa")).toEqual({});
  });
});
