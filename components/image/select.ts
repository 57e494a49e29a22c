import type { Builds } from "./build.ts";
import type { ImagePolicy } from "./policy.ts";
import type { Facts, Ranked, Ranking } from "./ranking.ts";
import { byBuildDate, byDigest, byListing, byName, bySemver, compareTexts } from "./ranking.ts";
import type { Sieve } from "./sieve.ts";
import { createSieve } from "./sieve.ts";

/** What became of one tag. */
export interface Verdict extends Facts {
  readonly tag: string;
  /** Whether it could be taken if no other were preferred. */
  readonly allowed: boolean;
  readonly taken: boolean;
  /** Continues a sentence that begins with the tag: `is lower than v1.3.0`. */
  readonly reason: string;
}

export interface Selection {
  /** What to run, with the strategy digest `<tag>@<digest>`. Undefined when no tag is allowed. */
  readonly tag: string | undefined;
  /** One for each tag, in the order given. */
  readonly verdicts: readonly Verdict[];
  /** Why the tag may have been taken by accident: a sentence. */
  readonly warning?: string;
  /** A better tag that may not be taken yet, and why: a sentence. */
  readonly waiting?: string;
}

type Allowed<T> = Ranked<T> & { readonly tag: string };
type Refused = Facts & { readonly tag: string; readonly refusal: string };

/** What is known beside the names of the tags. */
export interface Knowledge {
  /** Of `tagsToInspect`. */
  readonly builds?: Builds;
  /** Which end of the list new tags are added to, where the order of the list is that of the builds. */
  readonly newest?: "first" | "last" | undefined;
  /** Why a tag that the policy allows may not be taken; continues a sentence that begins with the tag. */
  readonly objection?: (tag: string, version: string) => string | undefined;
}

const NO_BUILDS: Builds = new Map();

/**
 * The tag that the policy's strategy prefers among those it allows. Of two equal ones (`v1.0`, `1.0.0`) the later in byte order
 * is taken, as Image Updater does.
 * @throws GitOpsError Invalid when the policy's constraint is none
 */
export function selectTag(tags: readonly string[], policy: ImagePolicy, knowledge: Knowledge = {}): Selection {
  const { builds = NO_BUILDS, newest, objection } = knowledge;
  const sieve = objecting(createSieve(policy), objection);
  switch (policy.strategy) {
    case "semver":
      return select(tags, sieve, bySemver(policy.constraint));
    case "alphabetical":
      return select(tags, sieve, byName());
    case "newest-build":
      if (newest !== undefined) return select(tags, sieve, byListing(tags, newest));
      return select(tags, sieve, byBuildDate(builds));
    case "digest": {
      const { tag, verdicts } = select(tags, sieve, byDigest(policy.constraint ?? "", builds));
      const digest = tag === undefined ? undefined : builds.get(tag)?.digest;
      return { verdicts, tag: digest === undefined ? undefined : `${tag}@${digest}` };
    }
  }
}

/** The tags of which the strategy has to know what they stand for; few, because each costs requests. */
export function tagsToInspect(tags: readonly string[], policy: ImagePolicy): readonly string[] {
  if (policy.strategy !== "newest-build" && policy.strategy !== "digest") return [];
  const sieve = createSieve(policy);
  const passing = tags.filter((tag) => "text" in sieve(tag));
  return policy.strategy === "digest" ? passing.filter((tag) => tag === policy.constraint) : passing;
}

function objecting(sieve: Sieve, objection: Knowledge["objection"]): Sieve {
  if (objection === undefined) return sieve;
  return (tag) => {
    const sifted = sieve(tag);
    const refusal = "refusal" in sifted ? undefined : objection(tag, sifted.text);
    return refusal === undefined ? sifted : { tag, refusal };
  };
}

function select<T>(tags: readonly string[], sieve: Sieve, ranking: Ranking<T>): Selection {
  const judged = tags.map((tag): Allowed<T> | Refused => {
    const sifted = sieve(tag);
    return "refusal" in sifted ? sifted : { tag, ...ranking.rank(tag, sifted.text) };
  });
  const allowed = judged.filter((one) => "rank" in one);
  const best = allowed.reduce<Allowed<T> | undefined>(
    (top, one) => (top === undefined || order(one, top, ranking) > 0 ? one : top),
    undefined,
  );
  const ranks = allowed.map(({ rank }) => rank);
  const doubt = best === undefined ? undefined : ranking.doubt?.(best.rank, ranks);
  return {
    tag: best?.tag,
    verdicts: judged.map((one) => verdictOf(one, best, reasonOf(best, ranks.length, doubt, ranking), ranking)),
    ...(best === undefined || doubt === undefined ? {} : { warning: `${best.tag} ${doubt}` }),
  };
}

function reasonOf<T>(best: Allowed<T> | undefined, allowed: number, doubt: string | undefined, { words }: Ranking<T>) {
  if (best === undefined) return "";
  return `${words.best(allowed, best.rank)}${doubt === undefined ? "" : `, but ${doubt}`}`;
}

function order<T>(a: Allowed<T>, b: Allowed<T>, { compare }: Ranking<T>): number {
  return compare(a.rank, b.rank) || compareTexts(a.tag, b.tag);
}

function verdictOf<T>(
  one: Allowed<T> | Refused,
  best: Allowed<T> | undefined,
  reason: string,
  { compare, words }: Ranking<T>,
): Verdict {
  const { tag, version, created } = one;
  const facts = { tag, ...(version === undefined ? {} : { version }), ...(created === undefined ? {} : { created }) };
  if ("refusal" in one) return { ...facts, allowed: false, taken: false, reason: one.refusal };
  if (best === undefined || tag === best.tag) {
    return { ...facts, allowed: true, taken: true, reason };
  }
  const relation = compare(one.rank, best.rank) === 0 ? words.same : words.lower;
  return { ...facts, allowed: true, taken: false, reason: `${relation} ${best.tag}` };
}
