import { GitOpsError, isGitOpsError } from "../error.ts";
import { isUnknownKind } from "../kubernetes/resolve.ts";
import type { Manifest } from "../manifest/object.ts";
import { advise } from "./advice.ts";
import { canBeMade, knownPart } from "./copy.ts";
import type { ObjectOptions } from "./options.ts";
import { optionsOf } from "./options.ts";
import { findUnlisted } from "./owner.ts";
import { whyNotAnew } from "./recreate.ts";
import { reveal } from "./secret.ts";
import type { Writing } from "./tailor.ts";
import { tailor } from "./tailor.ts";

/** What a dry-run found out about one object. */
export interface Rehearsal {
  readonly manifest: Manifest;
  /** What is to be sent, Secrets in clear. */
  readonly stated: Manifest;
  readonly live: Manifest | undefined;
  /** `anew`: it has to be deleted first. `unseen`: its kind is not there yet, so nothing is known. */
  readonly how: "apply" | "anew" | "unseen";
}

/**
 * Dry-runs one object, and finds out whose it is when the environment's own LIST did not show it.
 * @param maySkip false when the object's turn has come, so that its kind has to be there
 * @throws GitOpsError with the way out in its message: Refused when it belongs to somebody else and the Application does not adopt,
 *   Invalid and others as the API server says
 */
export async function rehearse(
  writing: Writing,
  manifest: Manifest,
  listed: Manifest | undefined,
  maySkip = true,
): Promise<Rehearsal> {
  const { client, inputs, rules } = writing;
  const options = optionsOf(manifest, inputs.policy.syncOptions);
  const real = reveal(manifest, inputs.secrets);
  try {
    const stated = options.validate ? real : await knownPart(client, real, rules.manager);
    const live = listed ?? (await findUnlisted(writing, stated));
    if (live === undefined) return { manifest, stated, live, how: "apply" };
    return { manifest, stated, live, how: await tryChange(writing, { manifest, stated, live, options }) };
  } catch (error) {
    if (maySkip && isUnknownKind(error) && options.skipDryRunOnMissingResource)
      return { manifest, stated: real, live: undefined, how: "unseen" };
    throw advise(error);
  }
}

interface Trial {
  readonly manifest: Manifest;
  readonly stated: Manifest;
  readonly live: Manifest;
  readonly options: ObjectOptions;
}

/** What the API server refuses of this object but would make under another name, it refuses to change in place. */
async function tryChange(writing: Writing, { manifest, stated, live, options }: Trial): Promise<"apply" | "anew"> {
  const { client, inputs, rules } = writing;
  const isForced = options.force && options.replace && whyNotAnew(live, inputs, options) === undefined;
  const accepted = isForced ? "anew" : "apply";
  const change = async () => {
    const { rehearsal } = await tailor(writing, manifest, live, stated);
    return client.apply(rehearsal, { manager: rules.manager, force: true, dryRun: true });
  };
  const refusal = await invalidIn(change);
  if (refusal === undefined) return accepted;
  if (!(await canBeMade(client, stated, rules.manager))) throw refusal;
  // What objects are checked against may have changed between the two dry-runs, so the first one has to be refused still.
  const error = await invalidIn(change);
  if (error === undefined) return accepted;
  const obstacle = whyNotAnew(live, inputs, options);
  if (obstacle === undefined) return "anew";
  const { code, ref = "", cause } = error;
  throw new GitOpsError(
    `${error.message}; this cannot be changed in place: state again what was there, or ${obstacle}`,
    { code, ref, cause },
  );
}

/** @returns the refusal, when the API server calls the object invalid; other errors are thrown */
async function invalidIn(dryRun: () => Promise<unknown>): Promise<GitOpsError | undefined> {
  try {
    await dryRun();
    return undefined;
  } catch (error) {
    if (isGitOpsError(error) && error.code === "Invalid") return error;
    throw error;
  }
}
