import { DELETION_APPROVED } from "../application/argo-annotations.ts";
import { causeOf, GitOpsError } from "../error.ts";
import { arrangeForRemoval } from "../manifest/arrange.ts";
import type { Manifest } from "../manifest/object.ts";
import type { SyncOutputs } from "../sync.protocol.ts";
import { isFreshApproval } from "./approval.ts";
import type { Cluster } from "./cluster.ts";
import { openCluster } from "./cluster.ts";
import { trackHooks } from "./hook-runs.ts";
import type { HookContext } from "./hook.ts";
import type { Hooks } from "./hooks.ts";
import { runPhase } from "./hooks.ts";
import { withLease } from "./leases.ts";
import { hasLeft, isElsewhere } from "./members.ts";
import { optionsOf } from "./options.ts";
import type { Memory } from "./pack.ts";
import { permitted } from "./permit.ts";
import { textOf } from "./plan.ts";
import { isProtected } from "./protection.ts";
import type { Removal } from "./prune.ts";
import { removeWaves } from "./prune.ts";
import type { SyncRecord } from "./record.ts";
import { findRemovable } from "./removable.ts";
import { forgetReplaced } from "./replaced.ts";
import type { Report } from "./report.ts";
import type { ViewOf } from "./snapshots.ts";
import { currentSnapshot } from "./snapshots.ts";
import { refuseClosedRemoval } from "./window.ts";

/**
 * What happens to the objects when the Application goes. With Argo CD's resources finalizer they are deleted, in the
 * reverse of the apply order, highest wave first, between the hooks of a deletion; without it they stay and no hook runs. Only objects that still carry this resource's claim are touched.
 * @throws GitOpsError when objects are still there after the Application's timeout, naming them
 */
export async function remove(
  outputs: SyncRecord,
  report: Report,
  viewOf: ViewOf = currentSnapshot,
): Promise<readonly Removal[]> {
  // The other shard takes its objects over as they are.
  if (isElsewhere(outputs.environment, outputs.application)) return [];
  refuseProtected(outputs);
  refuseClosedRemoval(outputs);
  if (outputs.policy.cascade === "orphan") {
    report.warning(
      `${outputs.application} has no resources finalizer: its ${outputs.inventory.length} objects stay in the cluster`,
    );
    return [];
  }
  const { clusterId } = await forgetReplaced(outputs.cluster, outputs, report);
  if (clusterId !== outputs.clusterId) return [];
  const cluster = await openCluster(outputs.cluster, clusterId);
  return withLease(cluster, outputs.environment, report, (held) =>
    removeObjects(permitted(held, outputs.policy), outputs, report, viewOf),
  );
}

/** PreDelete hooks, then the objects, highest wave first, then PostDelete hooks; in the end what hooks ran as goes, too. */
async function removeObjects(
  cluster: Cluster,
  outputs: SyncRecord,
  report: Report,
  viewOf: ViewOf,
): Promise<readonly Removal[]> {
  const memory = await outputs.memory();
  refuseLost(memory, outputs);
  const snapshot = viewOf("delete", cluster, outputs.environment);
  const found = await findRemovable(cluster, snapshot, outputs, memory);
  const { removable, hookObjects, kept, isTakenOver, unclear } = found;
  if (!isTakenOver) refuseUnclear(unclear, outputs);
  refuseUnapproved(removable, outputs);
  for (const { text, reason } of kept) report.warning(`${text} is left: ${reason}`);
  const context = { cluster, owner: outputs, runs: trackHooks(), report };
  const hooks = isTakenOver ? {} : (memory.hooks ?? {});
  if (removable.length > 0) await runPreDelete(context, hooks);
  const removals: Removal[] = [];
  const removing = { outputs, removals };
  await removeThese(context, arrangeForRemoval(removable), removing);
  if (removable.length > 0 || hookObjects.length > 0) await runPhase(context, hooks, "PostDelete");
  const started = context.runs.started();
  const done = [...started.values()].map(({ object }) => object).filter((object) => !isProtected(object));
  await removeThese(context, [[...hookObjects.filter((object) => !started.has(textOf(object))), ...done]], removing);
  return removals;
}

interface Removing {
  readonly outputs: SyncOutputs;
  readonly removals: Removal[];
}

async function removeThese(
  { cluster, report }: HookContext,
  waves: readonly (readonly Manifest[])[],
  { outputs, removals }: Removing,
): Promise<void> {
  const { environment, application, claim, policy } = outputs;
  await removeWaves(cluster.client, waves, {
    ...{ environment, application, claim, timeoutMs: policy.timeoutMs },
    propagation: policy.cascade === "foreground" ? "Foreground" : "Background",
    onRemoved(wave) {
      removals.push(...wave);
      for (const { text, reason } of wave) if (reason !== undefined) report.warning(`${text} is left: it ${reason}`);
    },
  });
}

/** @throws GitOpsError when a hook failed: as in Argo CD the Application then stays */
async function runPreDelete(context: HookContext, hooks: Hooks): Promise<void> {
  try {
    await runPhase(context, hooks, "PreDelete");
  } catch (error) {
    const { environment, application } = context.owner;
    throw new GitOpsError(
      `a PreDelete hook failed and nothing of ${environment}/${application} was deleted: ${causeOf(error)}; the next run tries again, to mend the hook put the Application's file back first`,
      { code: "Failed", cause: error },
    );
  }
}

/** `pulumi destroy` runs no program, so it announces no members; only a run that saw the Application leave Git may delete it. */
function refuseProtected({ environment, application, policy }: SyncOutputs): void {
  if (!policy.protect || hasLeft(environment, application)) return;
  throw new GitOpsError(
    `${environment}/${application} is protected and nothing of it was deleted; to give it up, set gitops:protect to "false", run pulumi up, then destroy`,
    { code: "Refused" },
  );
}

/** What hooks there are would not be known, nor what the objects' own texts say of a deletion. */
function refuseLost({ lost }: Memory, { environment, application }: SyncOutputs): void {
  if (lost === undefined) return;
  throw new GitOpsError(
    `nothing of ${environment}/${application} was deleted: the state has been altered and does not say what was applied (${lost.join(", ")}); run pulumi up with its file in Git, then try again`,
    { code: "Refused" },
  );
}

/** What another Application may have by now must not go, and be it forgotten nobody would ever look at it again. */
function refuseUnclear(unclear: readonly string[], { environment, application }: SyncOutputs): void {
  const [first] = unclear;
  if (first === undefined) return;
  const others = unclear.length === 1 ? "" : `; and ${unclear.length - 1} more`;
  throw new GitOpsError(
    `${environment}/${application} is gone from Git, but nothing of it was deleted for now: ${first}${others}`,
    { code: "Refused" },
  );
}

/** As in Argo CD one object that asks for approval keeps the whole Application. */
function refuseUnapproved(removable: readonly Manifest[], { environment, application, policy }: SyncOutputs): void {
  const asking = removable.filter((object) => optionsOf(object, policy.syncOptions).delete === "confirm");
  if (asking.length === 0 || isFreshApproval(policy.deletionApproved, Date.now())) return;
  throw new GitOpsError(
    `${environment}/${application} waits for approval (Delete=confirm: ${asking.map(textOf).join(", ")}) and nothing of it was deleted; to approve it, put its file back with the annotation ${DELETION_APPROVED} set to the present time, run pulumi up, and remove it within 24 hours of that time`,
    { code: "Refused" },
  );
}
