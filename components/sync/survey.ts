import { ownershipOf } from "../manifest/ownership.ts";
import type { Cluster } from "./cluster.ts";
import type { Observation, Subject } from "./observe.ts";
import { observe, trackedFor } from "./observe.ts";
import { textOf } from "./plan.ts";
import type { Snapshot } from "./snapshot.ts";

/** Everything that is ours, of whatever kind: a run that was killed may have left kinds that no inventory names. */
export async function survey(cluster: Cluster, snapshot: Snapshot, subject: Subject): Promise<Observation> {
  const objects = await snapshot.everything(trackedFor(subject));
  const tracked = objects.filter((object) => ownershipOf(object, subject).state === "own").map(textOf);
  return observe(cluster, snapshot, { ...subject, inventory: [...new Set([...subject.inventory, ...tracked])] });
}
