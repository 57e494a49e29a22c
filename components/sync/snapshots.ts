import type { Cluster } from "./cluster.ts";
import type { Snapshot } from "./snapshot.ts";
import { takeSnapshot } from "./snapshot.ts";

/** Where a view of an environment comes from. */
export type ViewOf = (phase: "read" | "write", cluster: Cluster, environment: string) => Snapshot;

const snapshots = new Map<string, Snapshot>();

/**
 * The process's own view of an environment: one for the reads of a refresh, another, taken later, for the writes.
 * A provider process lives for one deployment, so a view is never older than that.
 */
export function currentSnapshot(phase: "read" | "write", cluster: Cluster, environment: string): Snapshot {
  const key = `${phase} ${cluster.id} ${environment}`;
  const known = snapshots.get(key);
  if (known !== undefined) return known;
  const snapshot = takeSnapshot(cluster, environment);
  snapshots.set(key, snapshot);
  return snapshot;
}
