import type { Cluster } from "./cluster.ts";
import type { Snapshot } from "./snapshot.ts";
import { takeSnapshot } from "./snapshot.ts";

/** What a run does one after the other: the engine deletes last of all. */
type Phase = "read" | "write" | "delete";

/** Where a view of an environment comes from. */
export type ViewOf = (phase: Phase, cluster: Cluster, environment: string) => Snapshot;

const snapshots = new Map<string, Snapshot>();

/**
 * The process's own view of an environment: one for the reads of a refresh, others, taken later, for the writes and for the deletions: each
 * DELETE proves that its object is still what was seen. A provider process lives for one deployment, so a view is never older than that.
 */
export function currentSnapshot(phase: Phase, cluster: Cluster, environment: string): Snapshot {
  const key = `${phase} ${cluster.id} ${environment}`;
  const known = snapshots.get(key);
  if (known !== undefined) return known;
  const snapshot = takeSnapshot(cluster, environment);
  snapshots.set(key, snapshot);
  return snapshot;
}
