import { GitOpsError, isGitOpsError } from "../error.ts";
import type { Client, Guard } from "../kubernetes/client.ts";
import { refText } from "../kubernetes/object.ts";
import { LEASE_NAMESPACE } from "../manifest/lease-name.ts";
import type { LeaseRecord, LeaseSubject } from "./lease-record.ts";
import { formatHolder, leaseTarget, nameOf, patchOf, recordOf } from "./lease-record.ts";
import type { Moment } from "./moment.ts";
import { atMostSince, now } from "./moment.ts";
import { fieldManager } from "./rules.ts";

/** The right to write to one environment or shard, renewed in the background until it is released or lost. */
export interface Lease extends Guard {
  /** By how many shards the environment is deployed, as the Lease said when it was taken. */
  readonly shards: number;
  /** Notes another number of shards. @throws GitOpsError when it could not be written, or the Lease is lost */
  note(shards: number): Promise<void>;
  /** Whether somebody else has it, for ever as far as this process is concerned. */
  isLost(): boolean;
  /** Gives it back, so that the next run need not wait. Never fails: a Lease that is not renewed runs out. */
  release(): Promise<void>;
}

export interface LeaseScope extends LeaseSubject {
  readonly client: Client;
}

/** Three renewals fit into the time for which a holder may be silent; two of them may fail. */
const RENEWALS = 3;

/** @param won the record as it was written when the Lease was taken @param began a moment before that */
export function keepLease(scope: LeaseScope, won: LeaseRecord, began: Moment): Lease {
  const durationMs = won.durationSeconds * 1000;
  let record = won;
  let renewed = began;
  let lost: GitOpsError | undefined;
  let renewing: Promise<void> | undefined;
  const timer = setInterval(() => void renew().catch(() => undefined), durationMs / RENEWALS).unref();

  // Well before anybody else may take it: a request needs time to arrive.
  const isOpen = () => lost === undefined && atMostSince(renewed) < (durationMs * 2) / 3;

  /** @param shards noted as well */
  async function renewNow(shards?: number): Promise<void> {
    const at = now();
    try {
      record = await writeLease(scope, record, shards);
    } catch (error) {
      if (!isGitOpsError(error) || (error.code !== "Conflict" && error.code !== "NotFound")) throw error;
      const current = await readLease(scope);
      if (current?.holder !== won.holder || current.transitions !== won.transitions) {
        clearInterval(timer);
        lost = lostTo(scope, won, current);
        throw lost;
      }
      record = await writeLease(scope, current, shards);
    }
    renewed = at;
  }

  function renew(): Promise<void> {
    if (lost !== undefined) return Promise.resolve();
    renewing ??= renewNow().finally(() => (renewing = undefined));
    return renewing;
  }

  return {
    isOpen,
    shards: won.shards,
    async note(shards) {
      // What a renewal is about to be answered the record does not say yet.
      await renewing?.catch(() => undefined);
      await renewNow(shards);
    },
    isLost: () => lost !== undefined,
    async opened() {
      if (isOpen()) return;
      await renew();
      if (lost !== undefined) throw lost;
      if (!isOpen()) throw tooSlow(scope);
    },
    async release() {
      clearInterval(timer);
      await renewing?.catch(() => undefined);
      if (lost === undefined) await writeLease(scope, { ...record, holder: "" }).catch(() => undefined);
    },
  };
}

/** @returns undefined when there is none @throws GitOpsError Forbidden that says which right is missing */
export async function readLease({ client, ...subject }: LeaseScope): Promise<LeaseRecord | undefined> {
  const lease = await client.get(leaseTarget(subject)).catch(explainRights);
  return lease === undefined ? undefined : recordOf(lease);
}

/**
 * @param shards see `patchOf`
 * @throws GitOpsError Conflict when the Lease is not any more as the record has it, NotFound when it is gone
 */
export async function writeLease(scope: LeaseScope, record: LeaseRecord, shards?: number): Promise<LeaseRecord> {
  const options = { manager: fieldManager(scope.environment) };
  const patching = scope.client.patchJson(leaseTarget(scope), patchOf(record, shards), options);
  return recordOf(await patching.catch(explainRights));
}

/** Without the right to the Lease it is unknown who else writes, so nothing is written. */
export function explainRights(error: unknown): never {
  if (!isGitOpsError(error) || error.code !== "Forbidden") throw error;
  throw new GitOpsError(
    `${error.message}; nothing was written: a deployment needs the verbs get, create and patch on leases of the namespace ${LEASE_NAMESPACE}, so that no two of them write at once`,
    { code: "Forbidden", cause: error },
  );
}

function lostTo(scope: LeaseScope, won: LeaseRecord, current: LeaseRecord | undefined): GitOpsError {
  const what = whatHappened(refText(leaseTarget(scope)), won, current);
  return new GitOpsError(`this run may not write to ${nameOf(scope)} any more and stopped: ${what}`, {
    code: "Refused",
  });
}

function whatHappened(where: string, won: LeaseRecord, current: LeaseRecord | undefined): string {
  if (current === undefined) return `somebody deleted its ${where}`;
  if (current.holder !== "") return `it had gone silent, and ${where} is now held by ${formatHolder(current)}`;
  if (current.transitions === won.transitions) return `somebody emptied its ${where}`;
  return `it had gone silent, and another run took ${where} over and has ended since`;
}

function tooSlow(scope: LeaseScope): GitOpsError {
  return new GitOpsError(`${refText(leaseTarget(scope))} of ${nameOf(scope)} could not be renewed in time`, {
    code: "Unavailable",
    retryable: true,
  });
}
