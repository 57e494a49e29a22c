import { GitOpsError, isGitOpsError } from "../error.ts";
import type { Client } from "../kubernetes/client.ts";
import type { Manifest } from "../manifest/object.ts";
import { formatRef, refOf } from "../manifest/object.ts";
import { applicationIn, ownershipOf, TRACKING_ANNOTATION } from "../manifest/ownership.ts";
import type { CheckedInputs } from "../sync.protocol.ts";
import { assignmentsOf } from "./assignments.ts";
import { whyNotTaken } from "./fate.ts";
import { hasLeft } from "./members.ts";
import { reserve } from "./reservation.ts";
import type { Writing } from "./tailor.ts";

/**
 * The object of this name, when the environment's own LIST did not show one: first a dry-run without force, so that somebody else's
 * field is a conflict, then a look at the object that turned out to exist. Undefined when there is none.
 * @param body what is to be applied, Secrets in clear
 * @throws GitOpsError Refused when it belongs to somebody else and is not for this Application to take
 */
export async function findUnlisted(
  { client, inputs, rules, ours }: Writing,
  body: Manifest,
): Promise<Manifest | undefined> {
  const text = formatRef(refOf(body));
  const doubt = await doubtOf(client, body, rules.manager);
  const rival = doubt === "absent" ? reserve(inputs.environment, text, inputs.application) : undefined;
  if (rival !== undefined)
    throw refusal(text, `application ${rival} is making it in this very run; take it out of one of them`);
  if (doubt === "absent") return undefined;
  const live = (await client.get(refOf(body))) as Manifest | undefined;
  if (live === undefined && doubt !== "present") throw doubt;
  if (live === undefined || ours.has(live.metadata.uid ?? "")) return live;
  const obstacle = isEnsured(live, rules.manager) ? undefined : await obstacleTo(live, inputs);
  if (obstacle !== undefined) throw refusal(text, obstacle);
  return live;
}

function refusal(text: string, reason: string): GitOpsError {
  return new GitOpsError(`${text}: ${reason}`, { code: "Refused", ref: text });
}

/**
 * What a dry-run tells of an object: a creation has no resourceVersion. When it is refused, that may be for what the object is that
 * exists, and whose that is comes first.
 */
async function doubtOf(client: Client, body: Manifest, manager: string): Promise<"absent" | "present" | GitOpsError> {
  try {
    const answer = await client.apply(body, { manager, force: false, dryRun: true });
    return answer.metadata.resourceVersion === undefined ? "absent" : "present";
  } catch (error) {
    if (!isGitOpsError(error)) throw error;
    if (error.code === "Conflict") return "present";
    if (error.code === "Invalid") return error;
    throw error;
  }
}

/** Made by `CreateNamespace=true`, untracked; Git may come to have the namespace itself. */
function isEnsured({ kind, metadata }: Manifest, manager: string): boolean {
  const { annotations = {}, managedFields = [] } = metadata;
  if (kind !== "Namespace" || annotations[TRACKING_ANNOTATION] !== undefined) return false;
  return managedFields.length > 0 && managedFields.every((entry) => entry.manager.startsWith(manager));
}

/** Why an object that exists is not this Application's to take; undefined when it is. */
async function obstacleTo(live: Manifest, inputs: CheckedInputs): Promise<string | undefined> {
  const { environment, application, policy } = inputs;
  const ownership = ownershipOf(live, inputs);
  if (ownership.state !== "foreign") return undefined;
  const from = applicationIn(live, environment);
  const belongs = `belongs to ${ownership.by}`;
  if (from !== undefined) {
    if (hasLeft(environment, from)) return undefined;
    const known = await assignmentsOf(environment);
    const reason = known === undefined ? undefined : whyNotTaken(formatRef(refOf(live)), from, known);
    if (reason !== undefined) return `${belongs}; ${reason}`;
    if (known !== undefined) return undefined;
  }
  const isShared = ownership.by.includes("application ");
  if (isShared && policy.syncOptions?.includes("FailOnSharedResource=true") === true)
    return `${belongs}; FailOnSharedResource=true forbids to take it over`;
  return policy.adopt ? undefined : `${belongs}; it is left alone (set adopt for ${application} to take it over)`;
}
