import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeAll, describe, expect, it } from "@jest/globals";

import type { Client } from "../../components/kubernetes/client.ts";
import { openCluster } from "../../components/sync/cluster.ts";
import { leaseTarget, newLease } from "../../components/sync/lease-record.ts";
import type { Lease } from "../../components/sync/lease.ts";
import { readLease } from "../../components/sync/lease.ts";
import { takeLease } from "../../components/sync/take-lease.ts";
import { takeTurn } from "../../components/sync/take-turn.ts";

const report = { status: () => undefined, info: () => undefined, warning: () => undefined };
const ALONE = { index: 1, count: 1 };

describe("shards of one environment", () => {
  let client: Client;
  const taken: Lease[] = [];

  beforeAll(async () => {
    ({ client } = await openCluster({ kind: "kubeconfig" }));
  });
  afterEach(async () => {
    await Promise.all(taken.splice(0).map((lease) => lease.release()));
  });

  const newEnvironment = () => `shards-${randomUUID().slice(0, 8)}`;

  async function turn(environment: string, shard?: { index: number; count: number; before?: number }): Promise<Lease> {
    const holder = `run ${randomUUID()}`;
    const lease = await takeTurn({ client, environment, holder, report, durationSeconds: 3, lookEveryMs: 200 }, shard);
    taken.push(lease);
    return lease;
  }

  it("write at the same time, also when all of them begin at once", async () => {
    const environment = newEnvironment();
    const leases = await Promise.all([1, 2, 3].map((index) => turn(environment, { index, count: 3 })));
    for (const lease of leases) await expect(lease.opened()).resolves.toBeUndefined();
  });

  it("exclude a second run of the same shard", async () => {
    const environment = newEnvironment();
    await turn(environment, { index: 1, count: 2 });
    await expect(turn(environment, { index: 1, count: 2 })).rejects.toThrow(/^shard 1 of .* is being deployed by run /);
  });

  it.each([
    ["a stack that deploys all of it and knows how many there were", { ...ALONE, before: 2 }],
    ["a destroy, which does not know what it is", undefined],
    ["a shard of a higher count", { index: 3, count: 3 }],
  ])("exclude %s, and are excluded by it", async (_, other) => {
    const environment = newEnvironment();
    const second = await turn(environment, { index: 2, count: 2 });
    await expect(turn(environment, other)).rejects.toThrow(/is being deployed by run/);
    await second.release();
    const lease = await turn(environment, other);
    await expect(turn(environment, { index: 2, count: 2 })).rejects.toMatchObject({ code: "Refused" });
    await expect(lease.opened()).resolves.toBeUndefined();
  });

  it.each([
    ["all of it", ALONE, "all of it"],
    ["one of fewer", { index: 2, count: 2 }, "shard 2 of 2"],
    ["one of fewer than somebody once agreed to leave", { index: 1, count: 2, before: 4 }, "shard 1 of 2"],
  ])("are not overruled by a stack that deploys %s, which is told what to do", async (_, other, mine) => {
    const environment = newEnvironment();
    await (await turn(environment, { index: 1, count: 3 })).release();
    const refusal = `is deployed by 3 shards, and this stack deploys ${mine}; nothing was written`;
    await expect(turn(environment, other)).rejects.toThrow(refusal);
    await turn(environment, { index: 3, count: 3 });
  });

  it("are followed by fewer when a person says from how many", async () => {
    const environment = newEnvironment();
    await (await turn(environment, { index: 1, count: 3 })).release();
    await (await turn(environment, { ...ALONE, before: 3 })).release();
    await turn(environment, ALONE);
    await expect(turn(environment, { index: 1, count: 3 })).rejects.toMatchObject({ code: "Refused" });
  });

  it("are noted also while the Lease is just being renewed", async () => {
    const environment = newEnvironment();
    const renewed = Promise.withResolvers<"renewed">();
    // The renewal has arrived, and its answer is still under way.
    const slow: Client = {
      ...client,
      async patchJson(...args) {
        const answer = await client.patchJson(...args);
        renewed.resolve("renewed");
        await sleep(200);
        return answer;
      },
    };
    const lease = await takeLease({ client: slow, environment, holder: "run", report, durationSeconds: 1 });
    taken.push(lease);
    await renewed.promise;
    await lease.note(2);
    expect((await readLease({ client, environment }))?.shards).toBe(2);
    await expect(lease.opened()).resolves.toBeUndefined();
  });

  it("lose their right for good when whoever excludes them has waited for them long enough", async () => {
    const environment = newEnvironment();
    await (await turn(environment, { index: 1, count: 2 })).release();
    const subject = { environment, shard: 2 };
    const asleep = {
      holder: "asleep",
      acquireTime: "",
      durationSeconds: 1,
      transitions: 0,
      shards: 1,
      resourceVersion: "",
    };
    await client.create(newLease(subject, asleep), { manager: "test" });
    await turn(environment, { ...ALONE, before: 2 });
    const lease = await client.get(leaseTarget(subject));
    expect(lease?.["spec"]).toMatchObject({ holderIdentity: "", leaseTransitions: 1 });
  });
});
