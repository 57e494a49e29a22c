import { causeOf, GitOpsError } from "../error.ts";
import type { CheckedInputs, Policy, SyncOutputs } from "../sync.protocol.ts";
import { identityOf, PROTOCOL } from "../sync.protocol.ts";
import type { Cluster } from "./cluster.ts";
import { openCluster } from "./cluster.ts";
import { standing } from "./compare.ts";
import { digestOf } from "./digest.ts";
import { hasGitChanged, isDue, runsHooks } from "./due.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { HookContext } from "./hook.ts";
import { trackHooks } from "./hook-runs.ts";
import { describeActor, failed, noteSync } from "./history.ts";
import { describePerson } from "./holder.ts";
import { withHooks } from "./hooks.ts";
import { withLease } from "./leases.ts";
import { noteHealth } from "./healthy.ts";
import type { Memory } from "./pack.ts";
import { NOTHING, restrict } from "./pack.ts";
import { permitted } from "./permit.ts";
import type { Progress } from "./progress.ts";
import { trackProgress } from "./progress.ts";
import { read } from "./read.ts";
import { reconcile } from "./reconcile.ts";
import type { SyncRecord } from "./record.ts";
import { forgetReplaced } from "./replaced.ts";
import type { Report } from "./report.ts";
import { withRetry } from "./retry.ts";
import { scrub } from "./scrub.ts";
import { takeSnapshot } from "./snapshot.ts";
import type { ViewOf } from "./snapshots.ts";
import { currentSnapshot } from "./snapshots.ts";
import { awaitFirstWindow, closedWindow, isAboutWindow } from "./window.ts";

export interface Synced {
  readonly outputs: SyncRecord;
  /** Why the sync did not finish; `outputs` say how far it came. */
  readonly error?: unknown;
}

/**
 * Makes the cluster hold exactly what the inputs say.
 * @param known outputs of the last sync, undefined for a new Application
 * @throws GitOpsError when nothing of the Application exists and nothing was made, when Git lost all of its objects, or when
 *   another run has the environment's Lease
 */
export async function update(
  inputs: CheckedInputs,
  known: SyncRecord | undefined,
  report: Report,
  viewOf: ViewOf = currentSnapshot,
): Promise<Synced> {
  const before = known && (await forgetReplaced(inputs.cluster, known, report));
  refuseEmpty(inputs, before);
  const closed = closedWindow(inputs.policy);
  if (closed !== undefined) return { outputs: await postpone(inputs, before, closed, viewOf) };
  const cluster = await openCluster(inputs.cluster, before?.clusterId);
  const memory = before === undefined ? NOTHING : await before.memory();
  if (before !== undefined && !isDue(inputs, before, memory)) return { outputs: await restate(inputs, before, viewOf) };
  const progress = trackProgress(memory, before?.inventory ?? [], before?.awaiting);
  const runHooks = runsHooks(inputs, before, memory);
  return withLease(cluster, inputs.environment, report, (held) =>
    write(permitted(held, inputs.policy), inputs, before, { progress, report, viewOf, runHooks }),
  );
}

interface Means {
  readonly progress: Progress;
  readonly report: Report;
  readonly viewOf: ViewOf;
  readonly runHooks: boolean;
}

async function write(
  cluster: Cluster,
  inputs: CheckedInputs,
  before: SyncRecord | undefined,
  means: Means,
): Promise<Synced> {
  const { progress, report, runHooks } = means;
  const context = { cluster, owner: inputs, runs: trackHooks(), report };
  try {
    const hooks = runHooks ? (inputs.hooks ?? {}) : {};
    const conditions = await withHooks(context, hooks, () => reconcileWithRetry(context, inputs, means));
    const result = {
      complete: true,
      conditions: standing(conditions, inputs.policy, memoryOf(inputs, progress)),
    };
    // Without waiting nothing is known yet; the next look at the cluster tells.
    const health = inputs.policy.wait === "healthy" ? "Healthy" : "Progressing";
    const healthy = noteHealth(before?.healthy, inputs.images, health, new Date().toISOString());
    const isReal = context.runs.started().size > 0 || hasWritten(progress, before);
    const history = isReal ? noted(inputs, before, "synced") : historyOf(before);
    return { outputs: { ...outputsOf(inputs, cluster, progress, result), healthy, ...history } };
  } catch (error) {
    if (before === undefined && progress.inventory().length === 0 && context.runs.started().size === 0) throw error;
    const result = { complete: false, conditions: [causeOf(error)] };
    // What was decided counts once any of it is in the cluster.
    const { images, builtAt, fromGit } = before === undefined || progress.written().size > 0 ? inputs : before;
    const healthy = noteHealth(before?.healthy, images, "Degraded", new Date().toISOString());
    const outputs = outputsOf(inputs, cluster, progress, result);
    const history = noted(inputs, before, failed(scrub(causeOf(error))));
    return { error, outputs: { ...outputs, images, builtAt, fromGit, healthy, ...history } };
  }
}

type History = Pick<SyncOutputs, "history">;

function noted({ revision, images }: CheckedInputs, before: History | undefined, result: string): History {
  const by = describeActor(process.env, describePerson());
  return { history: noteSync(before?.history, { at: new Date().toISOString(), by, revision, images, result }) };
}

function historyOf(before: History | undefined): History {
  return before?.history === undefined ? {} : { history: before.history };
}

/** Whether anything was applied or pruned. */
function hasWritten(progress: Progress, before: SyncOutputs | undefined): boolean {
  const left = new Set(progress.inventory());
  return progress.written().size > 0 || (before?.inventory ?? []).some((text) => !left.has(text));
}

/** Keeps what changed beside the manifests, such as the policy, and says again what differs. */
async function restate(inputs: CheckedInputs, before: SyncRecord, viewOf: ViewOf): Promise<SyncRecord> {
  const { images, claim } = inputs;
  const told = { ...before, ...identityOf(inputs), images, claim, digest: digestOf(inputs) };
  return (await read(told, viewOf)).outputs;
}

/** Outside its sync windows nothing of an Application is written; the difference stays, and is said again. */
async function postpone(
  inputs: CheckedInputs,
  before: SyncRecord | undefined,
  closed: string,
  viewOf: ViewOf,
): Promise<SyncRecord> {
  if (before === undefined) return awaitFirstWindow(inputs, closed);
  const hasChanged = hasGitChanged(inputs, await before.memory());
  const outputs = hasChanged
    ? (await read({ ...before, policy: inputs.policy }, viewOf)).outputs
    : await restate(inputs, before, viewOf);
  const waits = hasChanged || !outputs.complete || outputs.drift.length > 0;
  if (!waits) return outputs;
  const conditions = [...outputs.conditions.filter((sentence) => !isAboutWindow(sentence)), closed];
  return { ...outputs, complete: outputs.complete && !hasChanged, conditions };
}

/** An empty render is more often a mistake than a wish. */
function refuseEmpty({ manifests, policy, application }: CheckedInputs, before: SyncOutputs | undefined): void {
  if (Object.keys(manifests).length > 0 || policy.allowEmpty || (before?.inventory ?? []).length === 0) return;
  const message = `${application}: Git holds no objects any more; all would be deleted, so nothing was (allowEmpty permits it)`;
  throw new GitOpsError(message, { code: "Refused" });
}

function reconcileWithRetry(
  { cluster, runs }: HookContext,
  inputs: CheckedInputs,
  { progress, report, viewOf, runHooks }: Means,
): Promise<readonly string[]> {
  const attempt = (number: number) => {
    // The shared view is only good for the first attempt: it does not show what that one wrote.
    const fresh = number > 0;
    if (fresh) refuseOverrun(inputs.policy);
    const snapshot = fresh ? takeSnapshot(cluster, inputs.environment) : viewOf("write", cluster, inputs.environment);
    return reconcile({ cluster, snapshot, inputs, progress, report, runs, runHooks });
  };
  return withRetry(attempt, { retry: inputs.policy.retry, onRetry: report.warning });
}

/** With the hooks: those of a deletion have to be known when Git has no file any more. */
function memoryOf({ manifests, hooks }: CheckedInputs, progress: Progress): Memory {
  return { ...restrict(progress.memory(), manifests), ...(hooks === undefined ? {} : { hooks }) };
}

/** A sync that began in time ends, but only `syncOverrun` lets it begin again. */
function refuseOverrun({ windows = [], ...policy }: Policy): void {
  const closed = closedWindow({ ...policy, windows: windows.filter(({ syncOverrun }) => syncOverrun !== true) });
  if (closed !== undefined) throw new GitOpsError(`not tried again: ${closed}`, { code: "Refused" });
}

interface Result {
  readonly complete: boolean;
  readonly conditions: readonly string[];
}

function outputsOf(inputs: CheckedInputs, { id: clusterId }: Cluster, progress: Progress, result: Result): SyncRecord {
  const { images, claim } = inputs;
  const awaiting = progress.awaiting();
  const [memory, inventory] = [memoryOf(inputs, progress), progress.inventory()];
  return {
    ...identityOf(inputs),
    ...{ images, claim, protocol: PROTOCOL, clusterId, digest: digestOf(inputs), drift: [], driftStays: false },
    ...result,
    ...(Object.keys(awaiting).length === 0 ? {} : { awaiting }),
    ...{ inventory, memory: () => Promise.resolve(memory), fingerprint: fingerprintOf(memory, inventory) },
    health: result.complete ? "Healthy" : `Degraded: ${result.conditions.join("; ")}`,
  };
}
