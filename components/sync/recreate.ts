import { GitOpsError } from "../error.ts";
import type { Manifest } from "../manifest/object.ts";
import { ownershipOf } from "../manifest/ownership.ts";
import type { CheckedInputs } from "../sync.protocol.ts";
import type { ObjectOptions } from "./options.ts";
import { textOf } from "./plan.ts";
import { isKeptByHelm, takesMoreAlong } from "./protection.ts";
import { removeAll } from "./prune.ts";
import type { Writing } from "./tailor.ts";
import { waitGone } from "./wait-gone.ts";

/** What to do where an object is not deleted and made anew (`Force=true`); undefined where it may be. */
export function whyNotAnew(live: Manifest, inputs: CheckedInputs, options: ObjectOptions): string | undefined {
  if (takesMoreAlong(live))
    return `save what is in it and delete it yourself (a ${live.kind} is never deleted for a change)`;
  if (!options.force) return "annotate it with argocd.argoproj.io/sync-options: Force=true to have it made anew";
  if (ownershipOf(live, inputs).state !== "own")
    return "delete it yourself (Force=true only makes anew what is ours already)";
  const keeping = isKeptByHelm(live) || [options.prune, options.delete].some((consent) => consent !== "true");
  return keeping ? "take back what keeps it from being deleted (Prune, Delete or Helm's resource policy)" : undefined;
}

/**
 * Deletes an object that is to be made anew, and waits until it and its dependents are gone.
 * @throws GitOpsError Refused when it is not the one that was judged or not ours any more, Timeout when finalizers hold it
 */
export async function clearAway({ client, inputs }: Writing, live: Manifest): Promise<void> {
  const { environment, application, policy } = inputs;
  const [removal] = await removeAll(client, [live], { environment, application, propagation: "Foreground" });
  if (removal?.reason !== undefined)
    throw new GitOpsError(`${textOf(live)}: is not made anew: it ${removal.reason}`, {
      code: "Refused",
      ref: textOf(live),
    });
  await waitGone(client, [live], policy.timeoutMs);
}
