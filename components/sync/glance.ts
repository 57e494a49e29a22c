import type { Health } from "../manifest/health.ts";
import { parseRef } from "../manifest/object.ts";
import type { SyncOutputs } from "../sync.protocol.ts";
import { healthOf } from "./compare.ts";
import { fingerprintSeen } from "./fingerprint.ts";
import { listKinds } from "./observe.ts";
import { fieldManagers } from "./rules.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * The health of an Application of which nothing else has changed since its last sync, out of the shared LISTs alone. Undefined where that
 * cannot be told without what was applied, and for whatever has something to say for itself: then it has to be compared.
 */
export async function glance(outputs: SyncOutputs, snapshot: Snapshot): Promise<Health | undefined> {
  const { application, environment, inventory, policy, fingerprint } = outputs;
  if (fingerprint === undefined || !isQuiet(outputs)) return undefined;
  const whose = { application, inventory, namespace: policy.namespace };
  const live = await listKinds(snapshot, inventory.map(parseRef), whose);
  // One more is a stray.
  if (live.size !== inventory.length) return undefined;
  if (fingerprintSeen(inventory, live, fieldManagers(environment, policy.people)) !== fingerprint) return undefined;
  const health = healthOf({ live });
  return health.status === "Unknown" ? undefined : health;
}

/** Whether the last look found what the last sync had left, and nothing is said of it that a comparison might say otherwise. */
function isQuiet({ complete, drift, conditions, health, policy, awaiting }: SyncOutputs): boolean {
  if (!complete || drift.length > 0 || conditions.length > 0 || health.startsWith("Unknown")) return false;
  return policy.ignore === undefined && policy.namespaceMetadata === undefined && awaiting === undefined;
}
