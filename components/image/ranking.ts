import { formatBuildDate } from "./build-date.ts";
import type { Builds } from "./build.ts";
import type { Constraint } from "./constraint.ts";
import { parseConstraint } from "./constraint.ts";
import type { Version } from "../version/version.ts";
import { compareVersions, isDoubtful, parseVersion } from "../version/version.ts";

/** What is known of a tag. */
export interface Facts {
  /** The part of it that is a version. */
  readonly version?: string;
  /** When it was built, as `parseBuildDate` gives it. */
  readonly created?: string;
}

/** A tag that may be taken, and what decides between two of them. */
export type Ranked<T> = Facts & { readonly rank: T };
/** A tag that may not, and why, in words that continue a sentence beginning with the tag. */
export type Unranked = Facts & { readonly refusal: string };

/** How a strategy finds the tag to run among those that passed the filters. */
export interface Ranking<T> {
  /** @param text the version part of the tag */
  rank(tag: string, text: string): Ranked<T> | Unranked;
  /** Negative when `a` is the lower one. Of equal ones the later in byte order is taken. */
  compare(a: T, b: T): number;
  /** Why the best one may be the best by accident; continues a sentence that begins with the tag. */
  doubt?(best: T, allowed: readonly T[]): string | undefined;
  /** Reasons; `same` and `lower` are followed by the tag that is taken. */
  readonly words: {
    readonly best: (allowed: number, rank: T) => string;
    readonly same: string;
    readonly lower: string;
  };
}

/** @throws GitOpsError Invalid when the constraint is none */
export function bySemver(text = "*"): Ranking<Version> {
  const constraint = parseConstraint(text);
  return {
    rank: (tag, version) => rankVersion(tag, version, constraint, text),
    compare: compareVersions,
    doubt: doubtVersion,
    words: {
      best: (allowed) => `is the highest of ${allowed} allowed`,
      same: "is the same version as",
      lower: "is lower than",
    },
  };
}

function rankVersion(
  tag: string,
  text: string,
  constraint: Constraint,
  constraintText: string,
): Ranked<Version> | Unranked {
  const version = parseVersion(text);
  if (version === undefined) {
    return { refusal: text === tag ? "is not a version" : `has ${JSON.stringify(text)}, which is not a version` };
  }
  if (constraint.matches(version)) return { rank: version, version: text };
  const isUnasked = version.prerelease !== "" && !constraint.admitsPrereleases;
  const refusal = isUnasked
    ? `is a pre-release, and the constraint ${constraintText} names none`
    : `does not meet the constraint ${constraintText}`;
  return { version: text, refusal };
}

/** Who numbers all of it by dates means it; one date among versions is above all of them for ever. */
function doubtVersion(best: Version, allowed: readonly Version[]): string | undefined {
  if (!isDoubtful(best) || allowed.every(isDoubtful)) return undefined;
  return `counts as major version ${best.major}: if it is a date or a commit, keep it out with allow-tags or ignore-tags`;
}

/** The whole tag counts, also where allow-tags cuts out a version: that is how Image Updater orders them. */
export function byName(): Ranking<string> {
  return {
    rank: (tag) => ({ rank: tag }),
    compare: compareTexts,
    words: {
      best: (allowed) => `is the last of ${allowed} allowed in byte order`,
      same: "is the same as",
      lower: "comes before",
    },
  };
}

export function byBuildDate(builds: Builds): Ranking<string> {
  return {
    rank: (tag) => {
      const { created, refusal } = builds.get(tag) ?? { refusal: "was not looked at" };
      if (refusal !== undefined) return { refusal };
      if (created !== undefined) return { rank: created, created };
      return { refusal: "does not say when it was built; reproducible builds write 1970 or 1980, which says nothing" };
    },
    compare: compareTexts,
    words: {
      best: (allowed, created) => `is the newest of ${allowed} allowed, built ${formatBuildDate(created)}`,
      same: "was built at the same time as",
      lower: "was built before",
    },
  };
}

/** For a registry whose list is in the order of the builds: nothing has to be looked at. */
export function byListing(tags: readonly string[], newest: "first" | "last"): Ranking<number> {
  const positions = new Map(tags.map((tag, index) => [tag, newest === "last" ? index : -index]));
  return {
    rank: (tag) => ({ rank: positions.get(tag) ?? -Infinity }),
    compare: (a, b) => a - b,
    words: {
      best: (allowed) => `is the newest of ${allowed} allowed, as the registry lists them`,
      same: "stands at the same place as",
      lower: "is listed as older than",
    },
  };
}

/** @param follow the only tag that may be taken */
export function byDigest(follow: string, builds: Builds): Ranking<string> {
  return {
    rank: (tag) => {
      if (tag !== follow) return { refusal: `is not the tag to follow, ${follow}` };
      const { digest, refusal } = builds.get(tag) ?? {};
      return digest === undefined || refusal !== undefined
        ? { refusal: refusal ?? "was not looked at" }
        : { rank: digest };
    },
    compare: compareTexts,
    words: { best: (_, digest) => `stands for ${digest}`, same: "is the same as", lower: "comes before" },
  };
}

/** Tags, dates and digests are ASCII, so this is byte order. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
