import { setTimeout as sleep } from "node:timers/promises";

import { GitOpsError, isGitOpsError } from "../error.ts";
import { refText } from "../kubernetes/object.ts";
import type { LeaseRecord } from "./lease-record.ts";
import { formatHolder, leaseTarget, microTime, nameOf, newLease, recordOf } from "./lease-record.ts";
import type { Lease, LeaseScope } from "./lease.ts";
import { explainRights, keepLease, readLease, writeLease } from "./lease.ts";
import { now } from "./moment.ts";
import type { Report } from "./report.ts";
import { fieldManager } from "./rules.ts";

export interface Taking extends LeaseScope {
  /** Who takes it; no other process has this name. */
  readonly holder: string;
  readonly report: Report;
  /** @default 15, as long as Kubernetes' own components may be silent */
  readonly durationSeconds?: number;
  /** Milliseconds between two looks at a holder that may be dead. @default 1000 */
  readonly lookEveryMs?: number;
}

const LONG_AGO = { wall: -Infinity, steady: -Infinity };

/** A holder that is looked at, and since when on our own clock: other machines' clocks prove nothing. */
interface Sighting {
  readonly record: LeaseRecord;
  readonly since: number;
}

/**
 * Takes the Lease of an environment or of one shard of it. One that has a holder is watched, as client-go does: whose record does not change for as long
 * as it promised to renew it is dead, and its Lease is taken over; whose record changes is alive.
 * @throws GitOpsError Refused naming a holder that is alive; Forbidden naming the verb that is missing
 */
export async function takeLease(taking: Taking): Promise<Lease> {
  let seen: Sighting | undefined;
  for (;;) {
    const record = await readLease(taking);
    // The answer to our own write got lost: it is to be renewed before anything is written.
    if (record?.holder === taking.holder) return keepLease(taking, record, LONG_AGO);
    const isChanged = seen !== undefined && record?.resourceVersion !== seen.record.resourceVersion;
    if (record !== undefined && record.holder !== "" && isChanged) throw heldBy(taking, record);
    seen = record && (seen ?? { record, since: performance.now() });
    const lease = isFree(seen) ? await tryTake(taking, record) : undefined;
    if (lease !== undefined) return lease;
    await watchOn(taking, seen);
  }
}

function isFree(seen: Sighting | undefined): boolean {
  return seen === undefined || seen.record.holder === "" || silenceLeft(seen) <= 0;
}

/** Milliseconds until the holder counts as dead. */
function silenceLeft({ record, since }: Sighting): number {
  return since + record.durationSeconds * 1000 - performance.now();
}

async function watchOn(taking: Taking, seen: Sighting | undefined) {
  // Somebody was faster: who it is will be seen at once.
  if (seen === undefined || isFree(seen)) return;
  const { report, lookEveryMs = 1000 } = taking;
  const seconds = Math.ceil(silenceLeft(seen) / 1000);
  report.status(`${nameOf(taking)} is held by ${seen.record.holder}: waiting ${seconds} s for a sign of life`);
  await sleep(Math.min(lookEveryMs, silenceLeft(seen)));
}

/** @returns undefined when somebody else was faster */
async function tryTake(taking: Taking, free: LeaseRecord | undefined): Promise<Lease | undefined> {
  const { holder, report, durationSeconds = 15 } = taking;
  const began = now();
  const acquireTime = microTime(new Date());
  const transitions = free === undefined ? 0 : free.transitions + 1;
  const { resourceVersion = "", shards = 1 } = free ?? {};
  const record = { holder, acquireTime, durationSeconds, transitions, shards, resourceVersion };
  const won = await (free === undefined ? create(taking, record) : writeLease(taking, record)).catch(beaten);
  if (won?.holder !== holder) return undefined;
  if (free !== undefined && free.holder !== "") report.warning(tookOver(taking, free));
  return keepLease(taking, won, began);
}

function beaten(error: unknown): undefined {
  if (!isGitOpsError(error) || error.code !== "Conflict") throw error;
}

async function create({ client, ...subject }: LeaseScope, record: LeaseRecord): Promise<LeaseRecord> {
  const options = { manager: fieldManager(subject.environment) };
  return recordOf(await client.create(newLease(subject, record), options).catch(explainRights));
}

function heldBy(scope: LeaseScope, record: LeaseRecord): GitOpsError {
  const where = refText(leaseTarget(scope));
  return new GitOpsError(
    `${nameOf(scope)} is being deployed by ${formatHolder(record)}; nothing was written, run it again when that run has ended (${where})`,
    { code: "Refused" },
  );
}

function tookOver(scope: LeaseScope, record: LeaseRecord): string {
  return `took ${nameOf(scope)} over from ${formatHolder(record)}, who gave no sign of life for ${record.durationSeconds} s`;
}
