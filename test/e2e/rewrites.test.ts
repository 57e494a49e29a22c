import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { runOrFail } from "../support/command.ts";
import { expectExit } from "../support/expect-exit.ts";
import { objectsIn, versions } from "../support/objects.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const SERVICE = "scheduler-service";
const DEPLOYMENT = "k8s/deployment.yaml";

describe("a branch or a tag that does not lead on", () => {
  let world: World;
  let first: string;
  let second: string;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"], services: [SERVICE] });
    first = await world.repository(SERVICE).commitOf("develop");
    second = await scale(2);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });
  afterAll(() => world.close());

  /** Replicas tell the commits apart. */
  async function scale(replicas: number): Promise<string> {
    const edit = (text: string) => text.replace(/replicas: \d+/, `replicas: ${replicas}`);
    return world.repository(SERVICE).push("develop", { [DEPLOYMENT]: edit });
  }

  async function replicas(): Promise<string> {
    return world.kubectl("qa", ["get", `deployment/${SERVICE}`, "--output=jsonpath={.spec.replicas}"]);
  }

  async function tag(...args: readonly string[]): Promise<void> {
    const repository = join(world.sandbox.repositories, world.organisation, `${SERVICE}.git`);
    await runOrFail("git", [`--git-dir=${repository}`, "tag", ...args]);
  }

  async function expectHeld(reason: RegExp): Promise<void> {
    const before = versions(await objectsIn(world, "qa"));
    for (const run of [await world.preview("qa"), await world.up("qa", ["--skip-preview"])])
      expect(expectExit(run, 1)).toMatch(reason);
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
  }

  /** What a run compares with. */
  async function deployed(): Promise<unknown> {
    const status = (await world.statuses("qa"))[SERVICE] as {
      readonly sources: readonly { readonly commit: string }[];
    };
    return status.sources[0]?.commit;
  }

  it("is held when it goes back, in every run until a person decides", async () => {
    await world.repository(SERVICE).reset("develop", first);
    await expectHeld(/develop of https:.* went back from \w{7}, which is deployed, to \w{7}, which came before it/);
    expect(await deployed()).toBe(second);
    await expectHeld(/went back/);
  });

  it("is held when it was rewritten, and deployed when a pin insists", async () => {
    const third = await scale(3);
    await expectHeld(/develop of https:.* was rewritten: .*set revision: [0-9a-f]{40}/);
    await world.configure("qa", "gitops:overrides", { [SERVICE]: { revision: third } });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await replicas()).toBe("3");
    await world.configure("qa", "gitops:overrides", undefined);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await deployed()).toBe(third);
  });

  it("is deployed when it leads on", async () => {
    await scale(4);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await replicas()).toBe("4");
  });

  it("may be a range of versions, which takes a higher tag and is held when that is deleted", async () => {
    await tag("v1.9.0", first);
    await world.configure("qa", "gitops:targetRevision", "1.x");
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await replicas()).toBe("1");
    await tag("v1.10.0", second);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await replicas()).toBe("2");
    await tag("--delete", "v1.10.0");
    await expectHeld(/1.x of https:.* leads back: v1.10.0, which is deployed, is gone, and v1.9.0 is a lower version/);
    expect(await replicas()).toBe("2");
  });

  it("is followed wherever it leads when the stack says so", async () => {
    await world.configure("qa", "gitops:rewrites", "follow");
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await replicas()).toBe("1");
  });
});
