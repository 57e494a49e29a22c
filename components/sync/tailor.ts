import type { Client } from "../kubernetes/client.ts";
import type { AppliedIgnored } from "../manifest/applied.ts";
import { carry } from "../manifest/carry.ts";
import type { DriftRules } from "../manifest/drift.ts";
import { fieldsOf } from "../manifest/ignored.ts";
import type { Manifest } from "../manifest/object.ts";
import { refOf } from "../manifest/object.ts";
import { omit } from "../manifest/omit.ts";
import type { CheckedInputs } from "../sync.protocol.ts";
import type { IgnoreRules, IgnoreRulesOf } from "./ignore.ts";
import { problemsIn, rulesByDocuments } from "./ignore.ts";
import { conceal } from "./secret.ts";
import { targetOf } from "./target.ts";

/** What the writes of one sync have in common. */
export interface Writing {
  readonly client: Client;
  readonly inputs: CheckedInputs;
  readonly rules: DriftRules;
  readonly ignoreRulesOf: IgnoreRulesOf;
  /** uids of what is ours: the cluster may show one of them under another API group, where its marks do not prove it. */
  readonly ours: ReadonlySet<string>;
}

/** How one object is to be applied. */
export interface Tailored {
  readonly live: Manifest | undefined;
  /** For the dry-run: ignored fields carry the live value, because nobody else owns them yet. */
  readonly rehearsal: Manifest;
  /** For the apply: ignored fields are left out. */
  readonly body: Manifest;
  readonly rules: DriftRules;
  /** To be remembered with what was applied; undefined when no rule concerns the object. */
  readonly ignored?: AppliedIgnored;
}

/**
 * Fits a manifest to the object as it is now: what `ignoreDifferences` names is stated when the object is made, and never again.
 * @param stated the manifest as it is to be sent, Secrets in clear
 */
export async function tailor(
  writing: Writing,
  manifest: Manifest,
  live: Manifest | undefined,
  stated: Manifest,
): Promise<Tailored> {
  const { rules, ignoreRulesOf } = writing;
  const plain = { live, rehearsal: stated, body: stated, rules };
  const ignore = ignoreRulesOf(refOf(manifest));
  if (ignore === undefined) return plain;
  // A LIST may have shown the object in another version, or its metadata only.
  const whole = live && ((await writing.client.get(targetOf(manifest))) as Manifest | undefined);
  if (whole === undefined) {
    return {
      ...plain,
      live: undefined,
      ignored: { rules: ignore.digest, left: {}, problems: await problemsIn(ignore, manifest) },
    };
  }
  return fit(writing, ignore, manifest, stated, whole);
}

async function fit(
  { inputs, rules }: Writing,
  ignore: IgnoreRules,
  manifest: Manifest,
  stated: Manifest,
  live: Manifest,
): Promise<Tailored> {
  const judged = await rulesByDocuments(rules, ignore, manifest, conceal(live, inputs.secrets));
  const { live: inLive, desired } = judged.rules.ignored ?? { live: [], desired: [] };
  const rehearsal = carry(stated, live, desired, inLive);
  const fields = fieldsOf(live);
  return {
    ...{ live, rehearsal, rules: judged.rules },
    body: omit(rehearsal, live, [...desired, ...inLive], fields).body,
    ignored: {
      rules: ignore.digest,
      left: omit(manifest, live, desired, fields).left,
      problems: judged.problems,
    },
  };
}
