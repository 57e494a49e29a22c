import { formatBuildDate } from "./build-date.ts";
import { isDigest, withoutDigest } from "./reference.ts";
import type { Strategy } from "./strategy.ts";
import { parseTagFilter } from "./tag-filter.ts";
import type { Version } from "../version/version.ts";
import { compareVersions, parseComplete, parseVersion } from "../version/version.ts";

/** Which tag of an image runs from now on, and why. */
export interface Answer {
  readonly tag: string;
  /** `held`: going back was offered and refused, which a person should see. */
  readonly state: "promoted" | "kept" | "held" | "pinned";
  readonly reason: string;
}

/** Two different tags of one image, perhaps with digest: the one that runs and the one that is offered. */
export interface Move {
  readonly running: string;
  readonly tag: string;
  readonly strategy: Strategy;
  /** The allow-tags text: it says which part of a tag is the version. */
  readonly allowTags: string | undefined;
  /** When the running one was built, if a strategy that asks for it has chosen it. */
  readonly builtAt: string | undefined;
  /** When the offered one was built. */
  readonly created: string | undefined;
}

/** What a strategy offers. */
export const BEST: Readonly<Record<Strategy, string>> = {
  semver: "the highest allowed tag",
  alphabetical: "the last allowed tag",
  "newest-build": "the newest allowed build",
  digest: "what the tag stands for",
};

/** Whether to move, by the order of the strategy that offers the tag. */
export function compare(move: Move): Answer {
  switch (move.strategy) {
    case "semver":
      return compareAsVersions(move);
    case "alphabetical":
      return compareAsTexts(move);
    case "newest-build":
      return compareAsBuilds(move);
    case "digest":
      return follow(move);
  }
}

function compareAsVersions({ running, tag: offered, allowTags }: Move): Answer {
  const tag = withoutDigest(offered);
  const next = versionOf(tag, allowTags);
  if (next === undefined) {
    return held(running, `${tag} is not a version under the policy, so nobody can tell whether it is lower`);
  }
  const current = runningVersion(withoutDigest(running), tag, allowTags);
  if (current === undefined) {
    return promoted(offered, `${running} is not a version under the policy, ${tag} is`);
  }
  const order = compareVersions(next, current);
  if (order < 0) return held(running, `${tag} is lower than the running ${running}; pin ${tag} to go back to it`);
  if (order === 0) return kept(running, `${tag} is the same version as the running ${running}`);
  return promoted(offered, `${tag} is higher than ${running}`);
}

function versionOf(tag: string, allowTags: string | undefined): Version | undefined {
  const text = parseTagFilter(allowTags).filter.versionOf(tag);
  return text === undefined ? undefined : parseVersion(text);
}

/**
 * A version that the filter no longer allows (v2.0.0 under `^v1\.`) still counts when the offered tag is a complete version too: a
 * filter made narrower must not lower an image. Tags from which the version is cut out (`qa-v1.0.7`) have nothing in common with it.
 */
function runningVersion(running: string, tag: string, allowTags: string | undefined): Version | undefined {
  return versionOf(running, allowTags) ?? (parseComplete(tag) && parseComplete(running));
}

/** All tags are in one order, also those that the filter does not allow any more. */
function compareAsTexts({ running, tag: offered }: Move): Answer {
  const tag = withoutDigest(offered);
  if (isDigest(running)) return promoted(offered, `${running} is no tag, ${tag} is`);
  if (tag > withoutDigest(running)) return promoted(offered, `${tag} comes after ${running}`);
  return held(running, `${tag} comes before the running ${running} in byte order; pin ${tag} to go back to it`);
}

function compareAsBuilds({ running, tag: offered, builtAt, created }: Move): Answer {
  const tag = withoutDigest(offered);
  if (created === undefined) return held(running, `nobody can tell when ${tag} was built`);
  if (builtAt === undefined) {
    return promoted(
      offered,
      `${tag} is the newest build; ${running} was not chosen by its date, and none is known of it`,
    );
  }
  if (created === builtAt) return kept(running, `${tag} was built at the same time as the running ${running}`);
  const dates = `${formatBuildDate(created)}, ${formatBuildDate(builtAt)}`;
  if (created > builtAt) return promoted(offered, `${tag} was built after ${running} (${dates})`);
  return held(running, `${tag} was built before the running ${running} (${dates}); pin ${tag} to go back to it`);
}

/** Who follows a tag wants what it stands for, whichever way it was moved. */
function follow({ running, tag }: Move): Answer {
  const isMoved = withoutDigest(running) === withoutDigest(tag) && running !== withoutDigest(running);
  return promoted(tag, isMoved ? `${withoutDigest(tag)} was moved` : `${withoutDigest(tag)} is followed`);
}

function promoted(tag: string, reason: string): Answer {
  return { tag, state: "promoted", reason };
}

function kept(tag: string, reason: string): Answer {
  return { tag, state: "kept", reason };
}

function held(tag: string, reason: string): Answer {
  return { tag, state: "held", reason };
}
