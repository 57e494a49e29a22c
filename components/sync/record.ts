import { GitOpsError } from "../error.ts";
import type { SyncOutputs } from "../sync.protocol.ts";
import type { OlderOutputs, StoredOutputs } from "../sync.state.ts";
import { foldOutputs, unfoldOutputs } from "../sync.state.ts";
import type { Beside, Memory } from "./pack.ts";
import { pack, unpack } from "./pack.ts";

/** All that is known of an Application after its last sync. */
export interface SyncRecord extends SyncOutputs {
  /** What was applied. Found out when somebody asks, for mostly nobody does. */
  readonly memory: () => Promise<Memory>;
}

/** Under this name the start of the provider hands over the inputs that the state has beside outputs (components/process). */
export const INPUTS = Symbol.for("pulumi-gitops.inputs");

/** Since this protocol what is packed leaves out what the inputs beside it say (docs/adr/0022-inputs-beside-outputs.md). */
const SHORTENED = 3;

/** What Pulumi hands to the provider of a resource that exists. */
export type Handed = (StoredOutputs | OlderOutputs) & { readonly [INPUTS]?: () => Beside };

export function openRecord(handed: Handed): SyncRecord {
  const { packed, ...outputs } = unfoldOutputs(handed);
  let memory: Promise<Memory> | undefined;
  const recall = async () => unpack(packed, besideOf(handed));
  return { ...outputs, memory: () => (memory ??= recall()) };
}

/** @param beside the inputs that the state is going to have with it */
export async function sealRecord({ memory, ...outputs }: SyncRecord, beside: Beside): Promise<StoredOutputs> {
  return foldOutputs({ ...outputs, packed: await pack(await memory(), beside) });
}

/** As `sealRecord` does for the inputs that the state has, where nothing else was applied: then what is packed is good as it is. */
export async function resealRecord({ memory, ...outputs }: SyncRecord, handed: Handed): Promise<StoredOutputs> {
  if (handed.protocol < SHORTENED) return sealRecord({ memory, ...outputs }, besideOf(handed));
  return foldOutputs({ ...outputs, packed: handed.packed });
}

/** @throws GitOpsError when Pulumi was told of another start of its dynamic provider than ours */
function besideOf({ protocol, [INPUTS]: inputs }: Handed): Beside {
  if (inputs !== undefined) return inputs();
  if (protocol < SHORTENED) return {};
  throw new GitOpsError(
    "Pulumi started another dynamic provider than the project's: plugins.providers in Pulumi.yaml has to name ./components/process",
    { code: "Unsupported" },
  );
}
