import type { CheckedInputs, SyncOutputs } from "../sync.protocol.ts";
import { PROTOCOL } from "../sync.protocol.ts";
import { digestOf } from "./digest.ts";

/** `changes` left out: the engine compares old and new inputs itself and shows the fields. */
export interface DiffAnswer {
  readonly changes?: boolean;
}

export interface DiffContext {
  /** Whether this process has compared the Application with the cluster (it has not under `--refresh=false`). */
  readonly wasRead: boolean;
  /** Looks now. Only asked when nothing else says "changed". */
  readonly look: () => Promise<readonly string[]>;
}

/** Whether `update` has anything to do. Without a refresh this is the only place where drift can still be found. */
export async function diff(
  outputs: SyncOutputs,
  inputs: CheckedInputs,
  { wasRead, look }: DiffContext,
): Promise<DiffAnswer> {
  if (inputs.hold !== undefined) return { changes: false };
  if (outputs.drift.length > 0 && outputs.driftStays !== true) return {};
  if (outputs.digest !== digestOf(inputs)) return {};
  if (!outputs.complete) return wasRead ? {} : { changes: true };
  if (wasRead) return { changes: false };
  const drift = await look();
  // In an older state the program does not find what it asks for, so it is written anew.
  return { changes: drift.length > 0 || outputs.protocol < PROTOCOL };
}
