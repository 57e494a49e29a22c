import { GitOpsError, isGitOpsError } from "../error.ts";
import { recordApplied } from "../manifest/applied.ts";
import type { Manifest } from "../manifest/object.ts";
import { advise } from "./advice.ts";
import { settleOwnership } from "./handover.ts";
import { optionsOf } from "./options.ts";
import type { Change } from "./plan.ts";
import { textOf } from "./plan.ts";
import type { Progress } from "./progress.ts";
import { clearAway } from "./recreate.ts";
import type { Rehearsal } from "./rehearse.ts";
import { rehearse } from "./rehearse.ts";
import { conceal } from "./secret.ts";
import { settle } from "./settle.ts";
import type { Writing } from "./tailor.ts";
import { tailor } from "./tailor.ts";
import { refuseTwin } from "./twin.ts";

export type ToApply = readonly Extract<Change, { action: "apply" }>[];

/** Dry-runs every object before the first write. @throws one GitOpsError that names every object that was refused */
export async function rehearseAll(writing: Writing, changes: ToApply): Promise<readonly Rehearsal[]> {
  return settle(changes, ({ manifest, live }) => rehearse(writing, manifest, live));
}

/** Applies objects of one kind, at once. @throws one GitOpsError that names every object that was refused */
export async function applyAll(writing: Writing, rehearsals: readonly Rehearsal[], progress: Progress): Promise<void> {
  await settle(rehearsals, (rehearsal) => applyOne(writing, rehearsal, progress));
}

async function applyOne(writing: Writing, rehearsal: Rehearsal, progress: Progress): Promise<void> {
  const seen = rehearsal.how === "unseen" ? await rehearseNow(writing, rehearsal.manifest) : rehearsal;
  try {
    await write(writing, seen, progress);
  } catch (error) {
    throw advise(error);
  }
}

/** The kind may come a moment later still, from an operator that this sync has started. */
async function rehearseNow(writing: Writing, manifest: Manifest): Promise<Rehearsal> {
  try {
    return await rehearse(writing, manifest, undefined, false);
  } catch (error) {
    if (!isGitOpsError(error) || error.code !== "NotFound") throw error;
    const { message, code, ref = "", cause } = error;
    throw new GitOpsError(message, { code, ref, cause, retryable: true });
  }
}

async function write(writing: Writing, rehearsal: Rehearsal, progress: Progress): Promise<void> {
  const { client, inputs } = writing;
  const { manifest, stated, how } = rehearsal;
  if (how === "anew" && rehearsal.live !== undefined) await clearAway(writing, rehearsal.live);
  const live = how === "anew" ? undefined : rehearsal.live;
  // Time has passed since the rehearsal, and what is ignored changes without us.
  const tailored = await tailor(writing, manifest, live, stated);
  const { body, rules, ignored } = tailored;
  await settleOwnership(client, tailored, optionsOf(manifest, inputs.policy.syncOptions).replace);
  const answer = await client.apply(body, { manager: rules.manager, force: true, dryRun: false });
  const applied = recordApplied(manifest, conceal(answer, inputs.secrets), rules.manager);
  const record = ignored === undefined ? applied : { ...applied, ignored };
  progress.applied(manifest, record, answer.metadata.resourceVersion ?? "0");
  refuseTwin(textOf(manifest), applied.uid, inputs.manifests, progress.memory);
}
