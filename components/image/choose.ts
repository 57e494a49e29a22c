import { GitOpsError } from "../error.ts";
import type { Build, Builds } from "./build.ts";
import { formatBuildDate } from "./build-date.ts";
import type { ImagePolicy } from "./policy.ts";
import type { Proof } from "./proof.ts";
import { withoutDigest } from "./reference.ts";
import type { Registry } from "./registry.ts";
import type { Selection } from "./select.ts";
import { selectTag, tagsToInspect } from "./select.ts";

export interface Chooser {
  readonly registry: Registry;
  /** Milliseconds since 1970, for the minimum age. */
  readonly now: number;
  /** Without, no other environment has to prove anything. */
  readonly proof?: Proof | undefined;
}

/** The best tag is looked at first, and the next one only when it may not be taken: a young image has few young tags. */
const MOST_LOOKS = 100;

/** What a policy selects from what the registry has. @throws GitOpsError naming the image */
export async function choose(policy: ImagePolicy, { registry, now, proof }: Chooser): Promise<Selection> {
  const { image, strategy, constraint } = policy;
  // One tag is followed, whatever others there are: the list would be asked for in vain.
  const tags =
    strategy === "digest" && constraint !== undefined
      ? [constraint]
      : await registry.listTags(image, policy.pullSecret);
  const newest = strategy === "newest-build" ? registry.newestOf(image) : undefined;
  const inspect = (some: readonly string[]): Promise<Builds> =>
    some.length === 0 ? Promise.resolve(new Map()) : registry.inspect(image, some, policy.platforms, policy.pullSecret);
  const builds = await inspect(newest === undefined ? tagsToInspect(tags, policy) : []);
  const refused = new Map<string, string>();
  const objection = (tag: string, version: string) => refused.get(tag) ?? proof?.objection(image, tag, version);
  for (;;) {
    const selection = selectTag(tags, policy, { builds, newest, objection });
    const tag = selection.tag === undefined ? undefined : withoutDigest(selection.tag);
    const waited = () => withWaiting(selection, selectTag(tags, policy, { builds, newest }), proof, refused);
    if (tag === undefined || !isLookedAt(policy, newest, proof)) return waited();
    const build = builds.get(tag) ?? (await inspect([tag])).get(tag) ?? {};
    const version = selection.verdicts.find(({ taken }) => taken)?.version ?? tag;
    const refusal = objectionTo(build, policy, now) ?? proof?.objection(image, tag, version, build.digest);
    if (refusal === undefined) return withBuild(waited(), tag, build, policy);
    refused.set(tag, refusal);
    if (refused.size > MOST_LOOKS) throw tooMany(image, refusal);
  }
}

/** Says what keeps the tag back that the policy alone would select. */
function withWaiting(
  selection: Selection,
  alone: Selection,
  proof: Proof | undefined,
  refused: ReadonlyMap<string, string>,
): Selection {
  if ((proof === undefined && refused.size === 0) || alone.tag === undefined) return selection;
  const best = withoutDigest(alone.tag);
  const verdict = selection.verdicts.find(({ tag, allowed }) => tag === best && !allowed);
  return verdict === undefined ? selection : { ...selection, waiting: `${best} ${verdict.reason}` };
}

/** Whether the tag that is selected by its name has to be looked at as well. */
function isLookedAt(
  { minimumAgeMs, pinDigest, strategy }: ImagePolicy,
  newest: "first" | "last" | undefined,
  proof: Proof | undefined,
): boolean {
  const isFollowed = strategy === "digest" && proof !== undefined;
  return minimumAgeMs !== undefined || pinDigest === true || newest !== undefined || isFollowed;
}

/** Why a build may not be taken; continues a sentence that begins with the tag. */
function objectionTo({ digest, created, refusal }: Build, policy: ImagePolicy, now: number): string | undefined {
  const { minimumAgeMs, pinDigest } = policy;
  if (refusal !== undefined) return refusal;
  if (pinDigest === true && digest === undefined) return "has no digest to pin";
  if (minimumAgeMs === undefined) return undefined;
  if (created === undefined) return "does not say when it was built, so nobody can tell whether it is old enough";
  const oldEnough = Date.parse(created) + minimumAgeMs;
  if (oldEnough <= now) return undefined;
  return `is too young: built ${formatBuildDate(created)}, old enough ${new Date(oldEnough).toISOString()}`;
}

function withBuild(selection: Selection, tag: string, { digest, created }: Build, policy: ImagePolicy): Selection {
  const isPinned = policy.pinDigest === true && digest !== undefined;
  const verdicts = selection.verdicts.map((verdict) =>
    verdict.taken && created !== undefined ? { ...verdict, created } : verdict,
  );
  return { ...selection, tag: isPinned ? `${tag}@${digest}` : selection.tag, verdicts };
}

function tooMany(image: string, refusal: string): GitOpsError {
  const reason = `${image}: the ${MOST_LOOKS} best tags may not be taken, the last of them because it ${refusal}`;
  return new GitOpsError(reason, { code: "Failed", ref: image });
}
