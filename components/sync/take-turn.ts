import { setTimeout as sleep } from "node:timers/promises";

import type { Shard } from "../application/shard.ts";
import { GitOpsError, isGitOpsError } from "../error.ts";
import type { Lease } from "./lease.ts";
import { readLease } from "./lease.ts";
import { nameOf } from "./lease-record.ts";
import type { Taking } from "./take-lease.ts";
import { takeLease } from "./take-lease.ts";

/** Other shards that begin at the same moment agree within one or two requests. */
const LOOKS = 10;

/**
 * The right of one run to write: shards of the same count write at the same time, each under a Lease of its own; whoever deploys the whole
 * environment, or by another count of shards, excludes all of them (docs/adr/0018-shards-agree-on-their-count.md).
 * @param shard undefined where nobody knows, as in `pulumi destroy`: then everybody else is excluded
 * @throws GitOpsError Refused when another run is in the way, or when the environment is deployed by more shards than this stack knows of
 */
export async function takeTurn(taking: Taking, shard: Shard | undefined): Promise<Lease> {
  if (shard !== undefined && shard.count > 1) return takeShard(taking, shard);
  const whole = await takeLease(taking);
  return orRelease(whole, async () => {
    if (shard !== undefined) await agree(taking, whole, shard);
    return shard === undefined && whole.shards > 1 ? both(whole, await takeShards(taking, whole.shards)) : whole;
  });
}

async function takeShard(taking: Taking, shard: Shard): Promise<Lease> {
  await beAgreed(taking, shard);
  const own = await takeLease({ ...taking, shard: shard.index });
  return orRelease(own, async () => {
    const now = (await readLease(taking))?.shards;
    if (now !== shard.count) throw disagreed(taking, now ?? 1, shard);
    return own;
  });
}

/** Sees to it that the environment's own Lease says this count. */
async function beAgreed(taking: Taking, shard: Shard): Promise<void> {
  for (let look = 1; ; look++) {
    const found = (await readLease(taking))?.shards ?? 1;
    if (found === shard.count) return;
    refuseFewer(taking, found, shard);
    // Who has it may be another shard that does the same.
    const whole = await takeLease(taking).catch((error: unknown) => unlessRefused(error, look < LOOKS));
    if (whole === undefined) await sleep(taking.lookEveryMs ?? 1000);
    else {
      await orRelease(whole, () => agree(taking, whole, shard));
      return whole.release();
    }
  }
}

function unlessRefused(error: unknown, goesOn: boolean): undefined {
  if (!goesOn || !isGitOpsError(error) || error.code !== "Refused") throw error;
}

/** While nobody deploys a shard of the old count, the new one is noted: more shards at any time, fewer only with a person's consent. */
async function agree(taking: Taking, whole: Lease, shard: Shard): Promise<void> {
  const { shards } = whole;
  if (shards === shard.count) return;
  refuseFewer(taking, shards, shard);
  const others = shards > 1 ? await takeShards(taking, shards) : undefined;
  await whole.note(shard.count);
  await others?.release();
}

/** The Leases of all shards: whoever was asleep under one of them has lost it by that. */
async function takeShards(taking: Taking, count: number): Promise<Lease> {
  let all: Lease | undefined;
  for (let shard = 1; shard <= count; shard++) {
    const before = all;
    const taken = await orRelease(before, () => takeLease({ ...taking, shard }));
    all = before === undefined ? taken : both(before, taken);
  }
  if (all === undefined) throw new Error("an environment has at least one shard");
  return all;
}

function both(one: Lease, other: Lease): Lease {
  return {
    isOpen: () => one.isOpen() && other.isOpen(),
    isLost: () => one.isLost() || other.isLost(),
    shards: one.shards,
    note: (shards) => one.note(shards),
    async opened() {
      await one.opened();
      await other.opened();
    },
    async release() {
      await Promise.all([one.release(), other.release()]);
    },
  };
}

async function orRelease<T>(lease: Lease | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await lease?.release();
    throw error;
  }
}

function refuseFewer(taking: Taking, found: number, shard: Shard): void {
  if (found > shard.count && found !== shard.before) throw disagreed(taking, found, shard);
}

function disagreed(taking: Taking, found: number, { index, count }: Shard): GitOpsError {
  const environment = nameOf({ environment: taking.environment });
  const mine = count === 1 ? "all of it" : `shard ${index} of ${count}`;
  return new GitOpsError(
    `${environment} is deployed by ${found} ${found === 1 ? "stack" : "shards"}, and this stack deploys ${mine}; nothing was written. All its stacks need the same count in gitops:shard; to go from ${found} to ${count}, set gitops:shard: {index: ${index}, count: ${count}, before: ${found}}`,
    { code: "Refused" },
  );
}
