import pMap from "p-map";

import type { Chooser } from "./image/choose.ts";
import { choose } from "./image/choose.ts";
import { own } from "./image/guard.ts";
import { pinOf } from "./image/pins.ts";
import type { ImagePolicy } from "./image/policy.ts";
import { withoutDigest } from "./image/reference.ts";
import type { Selection } from "./image/select.ts";
import type { Candidate } from "./sync.protocol.ts";

const IMAGES_AT_ONCE = 8;

/**
 * What the registry offers for each image of an Application.
 * @param say is told each stage, for long work
 * @param isProposing whether they are compared with what Git says, instead of what runs
 * @throws GitOpsError when a registry does not tell
 */
export async function candidatesOf(
  policies: readonly ImagePolicy[],
  pins: Readonly<Record<string, string>>,
  chooser: Chooser,
  say: (stage: string) => void,
  isProposing = false,
): Promise<Record<string, Candidate>> {
  const offer = async (policy: ImagePolicy) => {
    const pin = pinOf(policy, pins)?.tag;
    // What Git says may be decided for as well, and is not known yet.
    const decidable = (tag: string) => isProposing || tag === pin;
    say(`listing tags of ${policy.image}`);
    return [policy.image, candidateOf(policy, await choose(policy, chooser), decidable)] as const;
  };
  return Object.fromEntries(await pMap(policies, offer, { concurrency: IMAGES_AT_ONCE }));
}

/** @param decidable whether a tag may be decided for as well, so that its date is told too */
function candidateOf(policy: ImagePolicy, selection: Selection, decidable: (tag: string) => boolean): Candidate {
  const { allowTags, strategy, replaces, skip = [] } = policy;
  const { tag, warning, waiting } = selection;
  const created = strategy === "newest-build" ? datesOf(selection, decidable) : {};
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

/**
 * What is offered where new tags are only proposed: what Git says.
 * @param said image -> tag, of the rendered manifests
 */
export function offeredByGit(
  candidates: Readonly<Record<string, Candidate>>,
  said: Readonly<Record<string, string>>,
): Record<string, Candidate> {
  const offered = Object.entries(candidates).flatMap(
    ([image, { allowTags, strategy, created = {}, replaces, skip }]) => {
      const tag = own(said, image);
      if (tag === undefined) return [];
      const date = own(created, withoutDigest(tag));
      const candidate: Candidate = {
        ...{ tag, fromGit: true },
        ...(allowTags === undefined ? {} : { allowTags }),
        ...(strategy === undefined ? {} : { strategy }),
        ...(date === undefined ? {} : { created: { [withoutDigest(tag)]: date } }),
        ...(replaces === undefined ? {} : { replaces }),
        ...(skip === undefined ? {} : { skip }),
      };
      return [[image, candidate] as const];
    },
  );
  return Object.fromEntries(offered);
}

function datesOf({ verdicts }: Selection, decidable: (tag: string) => boolean): Readonly<Record<string, string>> {
  const dated = verdicts.flatMap((one) =>
    one.created !== undefined && (one.taken || decidable(one.tag)) ? [[one.tag, one.created] as const] : [],
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
