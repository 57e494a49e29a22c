import type { CheckedInputs, ClusterReference } from "../sync.protocol.ts";
import { anotherCluster, openCluster } from "./cluster.ts";
import { noteHealth } from "./healthy.ts";
import { NOTHING } from "./pack.ts";
import type { SyncRecord } from "./record.ts";
import type { Report } from "./report.ts";

const replaced = new Map<string, Readonly<Record<string, string>>>();

/**
 * Remembers for this process which clusters of an environment a person declares to have been replaced; the roster is checked before
 * any Application is.
 * @param clusters old -> new, uids of the namespace kube-system
 */
export function announceReplaced(environment: string, clusters: Readonly<Record<string, string>>): void {
  replaced.set(environment, clusters);
}

/** Whether a person says that the second cluster takes the place of the first. */
export function isReplacement(environment: string, from: string, to: string): boolean {
  const clusters = replaced.get(environment) ?? {};
  return Object.hasOwn(clusters, from) && clusters[from] === to;
}

/** Why an Application must not go on whose last look met another cluster; undefined when it may. */
export function refuseMoved({ environment, cluster, moved }: Partial<CheckedInputs>): string | undefined {
  if (moved === undefined || environment === undefined || cluster === undefined) return undefined;
  const { from, to } = moved;
  return isReplacement(environment, from, to) ? undefined : anotherCluster(cluster, to, from).message;
}

/**
 * What is known of an Application, without what is known of a cluster that has been replaced: then all of it is still to be made.
 * @param reference where it is to be deployed now
 * @throws GitOpsError Refused when that is another cluster than before and nobody declared it
 */
export async function forgetReplaced(
  reference: ClusterReference,
  before: SyncRecord,
  report: Report,
): Promise<SyncRecord> {
  const { id } = await openCluster(reference);
  if (id === before.clusterId) return before;
  if (!isReplacement(before.environment, before.clusterId, id)) throw anotherCluster(reference, id, before.clusterId);
  const sentence = `its ${before.inventory.length} objects in the cluster that was replaced (kube-system ${before.clusterId}) are forgotten and were not deleted`;
  report.warning(sentence);
  return {
    ...withoutAwaiting(before),
    ...{ cluster: reference, clusterId: id, inventory: [], digest: "", complete: false },
    memory: () => Promise.resolve(NOTHING),
    ...{ drift: [], driftStays: false, health: `Missing: ${sentence}`, conditions: [sentence] },
    // What ran there proves nothing of what is to run here.
    healthy: noteHealth(before.healthy, before.images, "Missing", new Date().toISOString()),
  };
}

function withoutAwaiting(outputs: SyncRecord): SyncRecord {
  const kept: { -readonly [K in keyof SyncRecord]: SyncRecord[K] } = { ...outputs };
  delete kept.awaiting;
  return kept;
}
