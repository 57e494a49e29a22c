import { hookOf } from "../manifest/hook.ts";
import type { Manifest } from "../manifest/object.ts";
import { ownershipOf } from "../manifest/ownership.ts";
import type { SyncOutputs } from "../sync.protocol.ts";
import { assignmentsNow } from "./assignments.ts";
import type { Cluster } from "./cluster.ts";
import { fateOf } from "./fate.ts";
import { optionsOf } from "./options.ts";
import type { Memory } from "./pack.ts";
import { refuseRemoval } from "./permit.ts";
import { textOf } from "./plan.ts";
import { isKeptByHelm, isProtected } from "./protection.ts";
import { subjectOf } from "./read.ts";
import type { Snapshot } from "./snapshot.ts";
import { survey } from "./survey.ts";

/** What a deletion finds of an Application. */
export interface Found {
  readonly removable: readonly Manifest[];
  /** What hooks of earlier syncs ran as. */
  readonly hookObjects: readonly Manifest[];
  readonly kept: readonly { readonly text: string; readonly reason: string }[];
  /** A newer resource of the same Application has claimed it: it is not deleted, it was renamed. */
  readonly isTakenOver: boolean;
  /** What another Application of the environment may have by now, and why that is not known: sentences. */
  readonly unclear: readonly string[];
}

/** Looks at everything that is ours, of whatever kind, and says what may go. */
export async function findRemovable(
  cluster: Cluster,
  snapshot: Snapshot,
  outputs: SyncOutputs,
  memory: Memory,
): Promise<Found> {
  const { live } = await survey(cluster, snapshot, subjectOf(outputs, memory));
  const objects = [...live.values()];
  const reasonOf = (object: Manifest) => reasonToLeave(object, outputs);
  const removable = objects.filter((object) => reasonOf(object) === undefined);
  return {
    removable: removable.filter((object) => hookOf(object) === undefined),
    hookObjects: removable.filter((object) => hookOf(object) !== undefined),
    kept: objects.flatMap((object) => {
      const reason = reasonOf(object);
      return reason === undefined ? [] : [{ text: textOf(object), reason }];
    }),
    unclear: removable.flatMap((object) => {
      const fate = fateOf(textOf(object), outputs.application, assignmentsNow(outputs.environment));
      return fate.fate === "unclear" ? [`${textOf(object)}: ${fate.reason}`] : [];
    }),
    isTakenOver: objects.some((object) => {
      const ownership = ownershipOf(object, outputs);
      return ownership.state === "own" && ownership.claim !== outputs.claim;
    }),
  };
}

function reasonToLeave(object: Manifest, { environment, application, policy }: SyncOutputs): string | undefined {
  const fate = fateOf(textOf(object), application, assignmentsNow(environment));
  if (fate.fate === "moved") return `it belongs to application ${fate.to} from now on`;
  const options = optionsOf(object, policy.syncOptions);
  if (options.mistakes.length > 0) return options.mistakes.join("; ");
  if (options.delete === "false") return "the sync option Delete=false keeps it";
  if (isKeptByHelm(object)) return "its own annotation helm.sh/resource-policy keeps it";
  const refusal = refuseRemoval(object, policy);
  if (refusal !== undefined) return refusal;
  return isProtected(object) ? "it is only removed when it says so itself" : undefined;
}
