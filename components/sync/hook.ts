import { GitOpsError, isGitOpsError } from "../error.ts";
import { isUnknownKind } from "../kubernetes/resolve.ts";
import { nameHook } from "../manifest/hook-name.ts";
import type { Manifest } from "../manifest/object.ts";
import { formatRef, refOf } from "../manifest/object.ts";
import { stamp } from "../manifest/ownership.ts";
import type { CheckedInputs } from "../sync.protocol.ts";
import { advise } from "./advice.ts";
import type { Cluster } from "./cluster.ts";
import { copyOf, knownPart } from "./copy.ts";
import type { HookRuns } from "./hook-runs.ts";
import { reuseOf } from "./leftover.ts";
import { findLeftover, removeLeftover } from "./find-leftover.ts";
import { optionsOf } from "./options.ts";
import type { HookTask } from "./plan.ts";
import type { Report } from "./report.ts";
import { fieldManager } from "./rules.ts";
import { reveal } from "./secret.ts";

/** Whose hooks run, where, and what has become of them. */
export interface HookContext {
  readonly cluster: Cluster;
  readonly owner: Pick<CheckedInputs, "environment" | "application" | "claim" | "secrets" | "revision" | "policy">;
  readonly runs: HookRuns;
  readonly report: Report;
}

/**
 * Dry-runs a hook before anything is written. Under another name while there is an object of an earlier sync: that one is replaced, and
 * a Job cannot be changed.
 * @throws GitOpsError with the way out in its message; Refused when the name is somebody else's: a hook takes nothing over
 */
export async function rehearseHook(context: HookContext, task: HookTask): Promise<void> {
  const { client } = context.cluster;
  const { skipDryRunOnMissingResource } = optionsOf(task.manifest, context.owner.policy.syncOptions);
  const manifest = prepare(context, task);
  let body = manifest;
  try {
    const stated = await validated(context, manifest);
    body = (await findLeftover(context, manifest)) === undefined ? stated : copyOf(stated);
    await client.apply(body, { ...writer(context), dryRun: true });
  } catch (error) {
    if (isUnknownKind(error) && skipDryRunOnMissingResource) return;
    throw advise(underItsName(error, body.metadata.name, manifest.metadata.name));
  }
}

/** Makes the object of a hook; what an earlier sync left of it goes first, unless it still counts ({@link reuseOf}). */
export async function startHook(context: HookContext, task: HookTask): Promise<void> {
  const { runs, report, cluster } = context;
  const manifest = prepare(context, task);
  const leftover = await findLeftover(context, manifest);
  const reuse = leftover === undefined ? "apply" : reuseOf(leftover, task.hook);
  report.status(`running the ${task.phase} hook ${formatRef(refOf(manifest))}`);
  if (leftover !== undefined && reuse === "await") {
    runs.start(task, leftover);
    return;
  }
  if (leftover !== undefined && reuse === "replace") await removeLeftover(context, leftover);
  const stated = await validated(context, manifest);
  runs.start(task, await cluster.client.apply(stated, { ...writer(context), dryRun: false }));
}

/** `Validate=false`: without the fields that the API server does not know. */
async function validated({ cluster, owner }: HookContext, manifest: Manifest): Promise<Manifest> {
  const { validate } = optionsOf(manifest, owner.policy.syncOptions);
  return validate ? manifest : knownPart(cluster.client, manifest, fieldManager(owner.environment));
}

/** The dry-run of a copy fails under the copy's name. */
function underItsName(error: unknown, copy: string, name: string): unknown {
  if (!isGitOpsError(error) || copy === name) return error;
  const { code, ref = "", retryable, cause } = error;
  return new GitOpsError(error.message.replaceAll(copy, name), { code, ref, retryable, cause });
}

/** With its name, the values of a Secret, and the marks of ownership: what a killed run leaves must be known as ours. */
function prepare({ owner, runs }: HookContext, { manifest, phase }: HookTask): Manifest {
  return stamp(nameHook(reveal(manifest, owner.secrets), phase, owner.revision, runs.startedAt), owner);
}

function writer({ owner }: HookContext) {
  return { manager: fieldManager(owner.environment), force: true } as const;
}
