import { isGitOpsError } from "../error.ts";
import { parseJson } from "../exact-json.ts";
import { carry } from "../manifest/carry.ts";
import { sparingIdentity } from "../manifest/ignored.ts";
import { canonicalJson } from "../manifest/json.ts";
import type { Step } from "../manifest/locate.ts";
import { locate } from "../manifest/locate.ts";
import type { Manifest } from "../manifest/object.ts";
import { refOf } from "../manifest/object.ts";
import type { CheckedInputs } from "../sync.protocol.ts";
import type { IgnoreRules } from "./ignore.ts";
import { compileIgnore, selectBoth } from "./ignore.ts";

/**
 * The inputs in which ignored fields of objects that exist are what they were: a change that Git makes there would be shown, and
 * then not be applied. What a field manager owns is only known to the live side, so such a change does show.
 */
export async function keepIgnored(olds: Partial<CheckedInputs>, inputs: CheckedInputs): Promise<CheckedInputs> {
  const ignoreRulesOf = compileIgnore(inputs.policy.ignore);
  const keep = async ([text, manifest]: readonly [string, string]) => {
    const before = olds.manifests?.[text];
    if (before === undefined || before === manifest) return [text, manifest] as const;
    const [desired, old] = [parseJson(manifest) as Manifest, parseJson(before) as Manifest];
    const ignore = ignoreRulesOf(refOf(desired));
    return [text, ignore === undefined ? manifest : canonicalJson(await withOld(desired, old, ignore))] as const;
  };
  if (inputs.policy.ignore === undefined) return inputs;
  return { ...inputs, manifests: Object.fromEntries(await Promise.all(Object.entries(inputs.manifests).map(keep))) };
}

async function withOld(desired: Manifest, old: Manifest, ignore: IgnoreRules): Promise<Manifest> {
  const selected = await Promise.all(ignore.expressions.map((expression) => selectOrNothing(expression, old, desired)));
  const find = (document: Manifest, steps: readonly (readonly Step[])[]) =>
    steps.flatMap((one) => locate(document, one)).flatMap((path) => sparingIdentity(path, [desired, old]));
  const inDesired = find(desired, [...ignore.pointers, ...selected.flatMap(({ desired: paths }) => paths)]);
  const inOld = find(old, [...ignore.pointers, ...selected.flatMap(({ live: paths }) => paths)]);
  return carry(desired, old, inDesired, inOld);
}

/** That an expression does not end is for the sync to say, which needs it. */
async function selectOrNothing(expression: string, old: Manifest, desired: Manifest) {
  try {
    return await selectBoth(expression, old, desired);
  } catch (error) {
    if (isGitOpsError(error) && error.code === "Invalid") return { live: [], desired: [] };
    throw error;
  }
}
