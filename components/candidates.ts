import pMap from "p-map";

import type { Chooser } from "./image/choose.ts";
import { choose } from "./image/choose.ts";
import { pinOf } from "./image/pins.ts";
import type { ImagePolicy } from "./image/policy.ts";
import type { Selection } from "./image/select.ts";
import type { Candidate } from "./sync.protocol.ts";

const IMAGES_AT_ONCE = 8;

/**
 * What the registry offers for each image of an Application.
 * @param say is told each stage, for long work
 * @throws GitOpsError when a registry does not tell
 */
export async function candidatesOf(
  policies: readonly ImagePolicy[],
  pins: Readonly<Record<string, string>>,
  chooser: Chooser,
  say: (stage: string) => void,
): Promise<Record<string, Candidate>> {
  const offer = async (policy: ImagePolicy) => {
    say(`listing tags of ${policy.image}`);
    return [policy.image, candidateOf(policy, await choose(policy, chooser), pinOf(policy, pins)?.tag)] as const;
  };
  return Object.fromEntries(await pMap(policies, offer, { concurrency: IMAGES_AT_ONCE }));
}

/** @param pin may be decided for as well, so its date is told too */
function candidateOf(policy: ImagePolicy, selection: Selection, pin: string | undefined): Candidate {
  const { allowTags, strategy, replaces, skip = [] } = policy;
  const { tag, warning, waiting } = selection;
  const created = strategy === "newest-build" ? datesOf(selection, pin) : {};
  return {
    ...(tag === undefined ? { reason: refusalOf(selection) } : { tag }),
    ...(allowTags === undefined ? {} : { allowTags }),
    ...(warning === undefined ? {} : { warning }),
    ...(strategy === "semver" ? {} : { strategy }),
    ...(Object.keys(created).length === 0 ? {} : { created }),
    ...(replaces === undefined ? {} : { replaces }),
    ...(waiting === undefined ? {} : { waiting }),
    ...(skip.length === 0 ? {} : { skip }),
  };
}

function datesOf({ verdicts }: Selection, pin: string | undefined): Readonly<Record<string, string>> {
  const dated = verdicts.flatMap((one) =>
    one.created !== undefined && (one.taken || one.tag === pin) ? [[one.tag, one.created] as const] : [],
  );
  return Object.fromEntries(dated);
}

function refusalOf({ verdicts, waiting }: Selection): string {
  if (waiting !== undefined) return waiting;
  const [only] = verdicts;
  return only !== undefined && verdicts.length === 1
    ? `${only.tag} ${only.reason}`
    : `none of ${verdicts.length} tags is allowed`;
}
