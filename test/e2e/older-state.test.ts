import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { PROTOCOL } from "../../components/sync.protocol.ts";
import { foldOutputs, unfoldInputs } from "../../components/sync.state.ts";
import { pack, unpack } from "../../components/sync/pack.ts";
import { expectExit } from "../support/expect-exit.ts";
import { essences, objectsIn } from "../support/objects.ts";
import { outputsOf } from "../support/pulumi.ts";
import type { AlterableResource } from "../support/state.ts";
import { alterState, syncsIn } from "../support/state.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

/**
 * Before protocol 4 the policy and what was observed are objects, before protocol 3 what is packed says all by itself, and in protocol 1 all outputs
 * stand beside each other, so that the program finds nothing of what was observed.
 */
const OLDER: readonly (readonly [number, string, (sync: AlterableResource) => Promise<Record<string, unknown>>])[] = [
  [1, "Unknown", async (sync) => ({ ...outputsOf(sync), protocol: 1, packed: await packedWhole(sync) })],
  [2, "OutOfSync", async (sync) => ({ ...nestedOf(sync), protocol: 2, packed: await packedWhole(sync) })],
  [3, "OutOfSync", (sync) => Promise.resolve({ ...nestedOf(sync), protocol: 3 })],
];

function nestedOf(sync: AlterableResource): Record<string, unknown> {
  const { observed, details, ...apart } = foldOutputs(outputsOf(sync));
  const { __provider } = sync.outputs ?? {};
  return { ...parse(details), ...apart, __provider, observed: parse(observed) };
}

function parse(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

async function packedWhole({ inputs = {}, outputs = {} }: AlterableResource): Promise<string> {
  return pack(await unpack(String(outputs["packed"]), inputs), {});
}

describe.each(OLDER)("a state of protocol %i", (number, heldAs, older) => {
  let world: World;
  let deployed: Readonly<Record<string, unknown>>;
  let statuses: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    deployed = essences(await objectsIn(world, "qa"));
    statuses = await world.statuses("qa");
  });
  afterAll(() => world.close());

  const makeOlder = () =>
    alterState(world, "qa", async (resources) => {
      for (const sync of syncsIn(resources)) {
        sync.outputs = await older(sync);
        sync.inputs = { ...unfoldInputs(sync.inputs ?? {}) };
      }
    });

  const protocols = async () => Object.values(await world.syncs("qa")).map(({ outputs }) => outputs?.["protocol"]);

  it("is no difference in a preview", async () => {
    await makeOlder();
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
    expect(await protocols()).toEqual([number, number, number]);
  });

  it.each([
    ["an `up`", []],
    ["an `up` that does not look at the cluster first", ["--refresh=false"]],
  ])("is written anew by %s, which loses nothing and writes to no object", async (_, args) => {
    await makeOlder();
    const trail = await world.followAudit();
    expectExit(await world.up("qa", ["--skip-preview", ...args]), 0);
    expect(await protocols()).toEqual([PROTOCOL, PROTOCOL, PROTOCOL]);
    expect(await world.statuses("qa")).toEqual(statuses);
    expect((await trail()).writes.filter((write) => !write.includes("/leases/"))).toEqual([]);
    expect(essences(await objectsIn(world, "qa"))).toEqual(deployed);
  });

  it("stays as it is for an Application on hold that nobody has looked at, and is written anew later", async () => {
    await makeOlder();
    await world.configure("qa", "gitops:overrides", { "worker-service": { targetRevision: "no-such-branch" } });
    expectExit(await world.up("qa", ["--skip-preview", "--refresh=false"]), 1);
    expect((await protocols()).toSorted()).toEqual([number, PROTOCOL, PROTOCOL]);
    const { "worker-service": held, ...others } = await world.statuses("qa");
    expect(held).toMatchObject({ sync: heldAs, conditions: [expect.stringMatching(/^on hold: .*no-such-branch/)] });
    const { "worker-service": before, ...othersBefore } = statuses;
    expect(others).toEqual(othersBefore);
    await world.configure("qa", "gitops:overrides", undefined);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect((await world.statuses("qa"))["worker-service"]).toEqual(before);
    expect(essences(await objectsIn(world, "qa"))).toEqual(deployed);
  });

  it("is destroyed as completely as one of today", async () => {
    await makeOlder();
    expectExit(await world.pulumi(["destroy", "--stack=qa", "--yes"]), 0);
    expect(await objectsIn(world, "qa")).toEqual({});
  });
});
