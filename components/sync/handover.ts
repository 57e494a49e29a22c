import { isGitOpsError } from "../error.ts";
import type { Client } from "../kubernetes/client.ts";
import type { DriftRules } from "../manifest/drift.ts";
import { absorbPersons } from "../manifest/drift.ts";
import type { FieldPath, ManagedFieldsEntry } from "../manifest/fields.ts";
import { formatPath, valueAt } from "../manifest/fields.ts";
import type { Manifest } from "../manifest/object.ts";
import { refOf } from "../manifest/object.ts";
import { release } from "../manifest/release.ts";
import type { Tailored } from "./tailor.ts";
import { targetOf } from "./target.ts";

/** A controller may write status between our read and our write of managedFields. */
const ATTEMPTS = 5;

/**
 * Before an apply: fields that a person added become ours, so that the apply removes them; fields that are somebody else's to set
 * from now on (an autoscaler's, ignored ones) are given away, so that the apply does not reset them. No value changes here.
 * @param replace Argo CD's Replace=true: what anybody added becomes ours
 */
export async function settleOwnership(client: Client, tailored: Tailored, replace: boolean): Promise<void> {
  const { live, body, rules } = tailored;
  const takeable = replace ? replacing(rules) : rules;
  // A LIST may have shown metadata only, and what of another API version is in the object is told by its values.
  let current = replace && live !== undefined ? ((await client.get(targetOf(body))) as Manifest | undefined) : live;
  for (let attempt = 1; current !== undefined; attempt++) {
    const managedFields = settled(current, body, rules, takeable);
    if (managedFields === undefined) return;
    const { resourceVersion } = current.metadata;
    const operations = [
      { op: "replace", path: "/metadata/managedFields", value: managedFields },
      { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
    ];
    try {
      await client.patchJson(refOf(current), operations, { manager: rules.manager });
      return;
    } catch (error) {
      if (!isGitOpsError(error) || error.code !== "Conflict" || attempt === ATTEMPTS) throw error;
      current = await client.get(refOf(current));
    }
  }
}

/** Those of whoever guards the object or made it stay all the same: without them it would be deleted at the wrong moment. */
function replacing(rules: DriftRules): DriftRules {
  const isKept = (path: FieldPath) => KEPT.has(formatPath(path.slice(0, 2)));
  return { ...rules, isPerson: () => true, exempt: (path, ref) => isKept(path) || rules.exempt(path, ref) };
}

const KEPT = new Set(["metadata.finalizers", "metadata.ownerReferences"]);

/** @param takeable what is to become ours, by the same rules or wider ones */
function settled(
  live: Manifest,
  body: Manifest,
  rules: DriftRules,
  takeable: DriftRules,
): readonly ManagedFieldsEntry[] | undefined {
  const absorbed = absorbPersons(live, takeable);
  const entries = absorbed ?? live.metadata.managedFields ?? [];
  const ref = refOf(live);
  const released = release(entries, rules.manager, `${rules.manager}-handover`, (path) => {
    return rules.exempt(path, ref) && valueAt(body, path) === undefined;
  });
  return released ?? absorbed;
}
