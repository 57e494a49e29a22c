import { isDefinition, provides } from "../manifest/arrange.ts";
import type { Manifest } from "../manifest/object.ts";
import { applyAll } from "./apply.ts";
import type { Attempt } from "./attempt.ts";
import { hookContext, waitFor } from "./attempt.ts";
import { startHooks, waitHooks } from "./hooks.ts";
import type { HookTask, Step, Task } from "./plan.ts";
import type { Rehearsals, Work } from "./rehearsals.ts";
import { rehearse } from "./rehearsals.ts";
import type { Writing } from "./tailor.ts";
import { waitServed } from "./wait-served.ts";

/**
 * Dry-runs everything, then does step after step. A step begins when everything in the ones before it is healthy, what is
 * unchanged included, and ends when its hooks have succeeded.
 * @param others hooks for which this is not the time, but which have to be right when it comes
 * @throws GitOpsError of the first dry-run, apply or wait that failed; nothing after it has begun
 */
export async function carryOut(
  attempt: Attempt,
  writing: Writing,
  steps: readonly Step[],
  others: readonly HookTask[],
): Promise<void> {
  const { report, runs } = attempt;
  const all = [...steps.flatMap(({ tasks }) => workIn(tasks, attempt)), ...others];
  if (all.length > 0) report.status(`checking ${all.length} objects`);
  const rehearsals = await rehearse(hookContext(attempt), writing, all);
  runs.begin();
  const earlier: Manifest[] = [];
  for (const { tasks } of steps) {
    const work = workIn(tasks, attempt);
    if (work.length > 0) {
      await waitFor(attempt, earlier);
      await doStep(attempt, writing, work, rehearsals);
    }
    earlier.push(...tasks.flatMap(({ action, manifest }) => (action === "hook" ? [] : [manifest])));
  }
}

/** A hook that has succeeded in an earlier attempt does not run again. */
function workIn(tasks: readonly Task[], { runs }: Attempt): readonly Work[] {
  const changes = tasks.filter((task) => task.action !== "unchanged");
  return changes.filter((task) => task.action !== "hook" || !runs.hasSucceeded(task));
}

/** Kind after kind, after one with a failure the following ones are left; what others of the same sync need is usable before they are dry-run. */
async function doStep(
  attempt: Attempt,
  writing: Writing,
  work: readonly Work[],
  rehearsals: Rehearsals,
): Promise<void> {
  const context = hookContext(attempt);
  attempt.report.status(`applying ${work.length} objects`);
  for (const group of Map.groupBy(work, ({ manifest }) => `${manifest.apiVersion}/${manifest.kind}`).values()) {
    await applyAll(writing, rehearsals.of(group.filter((task) => task.action === "apply")), attempt.progress);
    await startHooks(context, hooksIn(group));
    const foundations = group.map(({ manifest }) => manifest).filter((manifest) => provides(manifest) !== undefined);
    if (foundations.length === 0) continue;
    await waitFor(attempt, foundations);
    await waitServed(writing.client, foundations.filter(isDefinition), attempt.inputs.policy.timeoutMs);
    await rehearsals.provided(group);
  }
  await waitHooks(context, hooksIn(work));
}

function hooksIn(work: readonly Work[]): readonly HookTask[] {
  return work.filter((task) => task.action === "hook");
}
