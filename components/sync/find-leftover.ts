import { GitOpsError } from "../error.ts";
import { hookOf } from "../manifest/hook.ts";
import type { Manifest } from "../manifest/object.ts";
import { formatRef, refOf } from "../manifest/object.ts";
import { applicationIn, ownershipOf } from "../manifest/ownership.ts";
import { assignmentsOf } from "./assignments.ts";
import { whyNotTaken } from "./fate.ts";
import type { HookContext } from "./hook.ts";
import { hasLeft } from "./members.ts";
import { removeWaves, whoseElse } from "./prune.ts";

/**
 * The object that an earlier sync left of a hook, of this Application or of one that gave the hook up.
 * @throws GitOpsError Refused when the object of that name is somebody else's: a hook takes nothing over, `adopt` or not
 */
export async function findLeftover({ cluster, owner }: HookContext, manifest: Manifest): Promise<Manifest | undefined> {
  const ref = refOf(manifest);
  const live = (await cluster.client.get(ref)) as Manifest | undefined;
  if (live === undefined) return undefined;
  const ownership = ownershipOf(live, owner);
  if (ownership.state === "own" || (await isGivenUp(live, owner.environment))) return live;
  const text = formatRef(ref);
  throw new GitOpsError(`${text}: ${whoseElse(ownership)}; a hook takes nothing over: rename the hook or delete it`, {
    code: "Refused",
    ref: text,
  });
}

export async function removeLeftover({ cluster, owner }: HookContext, leftover: Manifest): Promise<void> {
  const { environment, policy } = owner;
  const application = applicationIn(leftover, environment) ?? owner.application;
  const options = { environment, application, propagation: "Foreground", timeoutMs: policy.timeoutMs } as const;
  await removeWaves(cluster.client, [[leftover]], { ...options, onRemoved: () => undefined });
}

/** What a hook ran as for another Application of the environment, one that is gone or has no such hook any more. */
async function isGivenUp(live: Manifest, environment: string): Promise<boolean> {
  const from = applicationIn(live, environment);
  if (from === undefined || hookOf(live) === undefined) return false;
  if (hasLeft(environment, from)) return true;
  const known = await assignmentsOf(environment);
  return known !== undefined && whyNotTaken(formatRef(refOf(live)), from, known) === undefined;
}
