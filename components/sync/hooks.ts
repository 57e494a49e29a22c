import pMap from "p-map";

import { causeOf, combineErrors } from "../error.ts";
import type { Phase } from "../manifest/arrange.ts";
import { assess } from "../manifest/health.ts";
import type { Manifest } from "../manifest/object.ts";
import { refOf } from "../manifest/object.ts";
import type { StartedHook } from "./hook-runs.ts";
import type { HookContext } from "./hook.ts";
import { startHook } from "./hook.ts";
import { outcomeOf } from "./leftover.ts";
import type { HookTask } from "./plan.ts";
import { hookSteps, textOf } from "./plan.ts";
import { isProtected } from "./protection.ts";
import { removeAll } from "./prune.ts";
import { settle } from "./settle.ts";
import { waitHealthy } from "./wait.ts";

const LOOKS_AT_ONCE = 16;

/** Object -> manifest text. */
export type Hooks = Readonly<Record<string, string>>;

/** Runs the hooks of one phase, wave after wave. @throws GitOpsError naming the hook that failed, and why */
export async function runPhase(context: HookContext, hooks: Hooks, phase: Phase): Promise<void> {
  for (const { tasks } of hookSteps(hooks, phase)) {
    for (const group of Map.groupBy(tasks, ({ manifest }) => manifest.kind).values()) await startHooks(context, group);
    await waitHooks(context, tasks);
  }
}

/** @throws GitOpsError naming every hook whose object could not be made */
export async function startHooks(context: HookContext, tasks: readonly HookTask[]): Promise<void> {
  await settle(tasks, (task) => startHook(context, task));
}

/** Waits until hooks that were started have succeeded. @throws GitOpsError naming the one that failed, and why */
export async function waitHooks(context: HookContext, tasks: readonly HookTask[]): Promise<void> {
  const { cluster, owner, runs, report } = context;
  const objects = [...runs.started().values()].filter(({ task }) => tasks.includes(task)).map(({ object }) => object);
  await waitHealthy(cluster, objects.map(refOf), {
    ...{ environment: owner.environment, timeoutMs: owner.policy.timeoutMs, onProgress: report.status },
    notBefore: new Map(objects.map((object) => [textOf(object), object.metadata.resourceVersion ?? "0"])),
    asHooks: true,
  });
  runs.succeed(tasks);
}

/**
 * Does a whole sync, its retries included. When that fails after it began to write, the SyncFail hooks run; in the end those hooks are
 * deleted whose policy says so.
 */
export async function withHooks<T>(context: HookContext, hooks: Hooks, sync: () => Promise<T>): Promise<T> {
  try {
    return await sync();
  } catch (error) {
    if (!context.runs.hasBegun()) throw error;
    const second = await errorOf(runPhase(context, hooks, "SyncFail"));
    throw second === undefined ? error : combineErrors([error, second]);
  } finally {
    await tidyUp(context);
  }
}

async function errorOf(work: Promise<void>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
}

/** That the object of a hook stays is no reason for a sync to fail. */
async function tidyUp(context: HookContext): Promise<void> {
  const { cluster, owner, runs, report } = context;
  const { environment, application } = owner;
  try {
    const done = await pMap(runs.started().values(), (started) => whenDone(context, started), {
      concurrency: LOOKS_AT_ONCE,
    });
    await removeAll(cluster.client, done.flat(), { environment, application, propagation: "Background" });
  } catch (error) {
    report.warning(`what a hook ran as could not be deleted: ${causeOf(error)}`);
  }
}

/** The object, if its policy says that it goes after what has become of it. */
async function whenDone({ cluster }: HookContext, { task, object }: StartedHook): Promise<readonly Manifest[]> {
  const { deletePolicies } = task.hook;
  if (!deletePolicies.includes("HookSucceeded") && !deletePolicies.includes("HookFailed")) return [];
  const live = (await cluster.client.get(refOf(object))) as Manifest | undefined;
  if (live === undefined || live.metadata.uid !== object.metadata.uid || isProtected(live)) return [];
  const outcome = outcomeOf(assess(live));
  const isDue =
    (outcome === "succeeded" && deletePolicies.includes("HookSucceeded")) ||
    (outcome === "failed" && deletePolicies.includes("HookFailed"));
  return isDue ? [live] : [];
}
