import type { CheckedInputs } from "../sync.protocol.ts";
import { identityOf, PROTOCOL } from "../sync.protocol.ts";
import { openCluster } from "./cluster.ts";
import { NOTHING } from "./pack.ts";
import type { SyncRecord } from "./record.ts";

/** What the state keeps of an Application that a person wants skipped before anything of it exists: that there is nothing. */
export async function skip(inputs: CheckedInputs): Promise<SyncRecord> {
  const { images, claim } = inputs;
  const { id: clusterId } = await openCluster(inputs.cluster);
  return {
    ...identityOf(inputs),
    ...{ images, claim, protocol: PROTOCOL, clusterId, digest: "", drift: [], driftStays: false, conditions: [] },
    ...{ complete: true, inventory: [], memory: () => Promise.resolve(NOTHING), health: "Healthy" },
  };
}
