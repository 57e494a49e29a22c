import { quote } from "../application/quote.ts";
import type { Refs } from "./refs.ts";
import { BRANCHES, namesUnder, TAGS } from "./refs.ts";
import type { Target } from "./revision.ts";
import { constraintOf, versionOf } from "./revision.ts";

const MAX_NAMED = 10;

/** Why a target was not found: `branch or tag develop does not exist in https://...; there are: main, release-1`. */
export function explainMissing(refs: Refs, target: Target, repoURL: string): string {
  const { revision, tagPrefix = "" } = target;
  const branches = namesUnder(refs, BRANCHES);
  const tags = namesUnder(refs, TAGS);
  if (branches.length + tags.length === 0) return `${repoURL} has no branches and tags: it is empty`;
  const there = `there are: ${listOf(branches, preferred(tags, tagPrefix))}`;
  if (revision === "HEAD") return `${repoURL} has no default branch (HEAD); ${there}`;
  if (constraintOf(revision) !== undefined) {
    const begin = tagPrefix === "" ? "" : ` that begins with ${plain(tagPrefix)}`;
    return `no tag${begin} is a version that ${quote(revision)} allows in ${repoURL}; ${there}`;
  }
  const isVersion = versionOf(TAGS + revision) !== undefined;
  const kind =
    tagPrefix !== "" && isVersion ? `tag ${plain(tagPrefix + revision)}` : `branch or tag ${plain(revision)}`;
  return `${kind} does not exist in ${repoURL}; ${there}${hintFor(refs, revision)}`;
}

/** The last ones are the ones that are shown. */
function preferred(tags: readonly string[], tagPrefix: string): readonly string[] {
  const fitting = tags.filter((name) => name.startsWith(tagPrefix));
  return [...tags.filter((name) => !name.startsWith(tagPrefix)), ...fitting];
}

/** Branches first; of many tags the last ones, which are the newest by the usual naming. */
function listOf(branches: readonly string[], tags: readonly string[]): string {
  const shown = [...branches.slice(0, MAX_NAMED), ...tags.slice(-Math.max(0, MAX_NAMED - branches.length))];
  const more = branches.length + tags.length - shown.length;
  return `${shown.map((name) => plain(name)).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function plain(name: string): string {
  return /^[A-Za-z0-9._/-]{1,80}$/.test(name) ? name : quote(name);
}

/** A short commit may fit two commits tomorrow, and no server finds one by it. */
function hintFor(refs: Refs, revision: string): string {
  if (!/^[0-9a-f]{7,39}$/i.test(revision)) return "";
  const full = [...refs.values()].find(({ commit }) => commit.startsWith(revision.toLowerCase()));
  return ` (a commit is named by all of its 40 digits${full === undefined ? "" : `: ${full.commit}`})`;
}
