import { GitOpsError } from "./error.ts";
import type { Git, Revision, Target } from "./git/repository.ts";
import { constraintOf, versionOf } from "./git/revision.ts";
import { compareVersions } from "./version/version.ts";

/** What a source of an Application was at when it was deployed; the next run compares with it. */
export interface Followed {
  readonly repoURL: string;
  readonly targetRevision: string;
  readonly tagPrefix?: string;
  readonly commit: string;
  /** Full name of the branch or tag; absent for a target that is a commit. */
  readonly ref?: string;
}

export interface Follower {
  readonly git: Git;
  /** What has been resolved so far. */
  readonly followed: () => readonly Followed[];
}

/**
 * Git for one Application: a target that does not lead on from what is deployed is refused, so that neither a forced push nor a mirror
 * that is behind takes the Application back. Another target than the deployed one is a person's decision and is followed, a pin above all.
 * @param deployed what the sources were at in the last run that deployed them; undefined follows wherever a target leads
 */
export function follow(git: Git, deployed: (() => Promise<readonly Followed[]>) | undefined): Follower {
  const followed: Followed[] = [];
  const resolve: Git["resolve"] = async (repoURL, target) => {
    const revision = await git.resolve(repoURL, target);
    const now = followedOf(repoURL, target, revision);
    const known = revision.ref === undefined ? undefined : await deployed?.();
    const before = known?.find((source) => isSame(source, now));
    if (before !== undefined) await refuseStepBack(git, before, now);
    if (!followed.some((source) => isSame(source, now))) followed.push(now);
    return revision;
  };
  return { git: { ...git, resolve }, followed: () => followed };
}

function followedOf(repoURL: string, { revision, tagPrefix }: Target, { commit, ref }: Revision): Followed {
  return {
    ...{ repoURL, targetRevision: revision, commit },
    ...(tagPrefix === undefined ? {} : { tagPrefix }),
    ...(ref === undefined ? {} : { ref }),
  };
}

function isSame(a: Followed, b: Followed): boolean {
  return a.repoURL === b.repoURL && a.targetRevision === b.targetRevision && a.tagPrefix === b.tagPrefix;
}

async function refuseStepBack(git: Git, before: Followed, now: Followed): Promise<void> {
  if (before.commit === now.commit) return;
  const step = stepOf(before, now);
  if (step !== undefined && step > 0) return;
  if (step !== undefined && step < 0) {
    throw held(now, `leads back: ${tagOf(before)}, which is deployed, is gone, and ${tagOf(now)} is a lower version`);
  }
  const course = await git.courseOf(now.repoURL, before.commit, now.commit);
  if (course === "on") return;
  const [deployed, found] = [before.commit.slice(0, 7), now.commit.slice(0, 7)];
  const what =
    course === "back"
      ? `went back from ${deployed}, which is deployed, to ${found}, which came before it (is a mirror behind?)`
      : `was rewritten: ${found} does not come after ${deployed}, which is deployed`;
  throw held(now, what);
}

/** Which version is higher, where a range of versions was followed; 0 for a tag that was moved. */
function stepOf(before: Followed, now: Followed): number | undefined {
  if (constraintOf(now.targetRevision) === undefined) return undefined;
  const from = versionOf(before.ref, now.tagPrefix);
  const to = versionOf(now.ref, now.tagPrefix);
  return from === undefined || to === undefined ? undefined : compareVersions(to, from);
}

function tagOf({ ref = "" }: Followed): string {
  return ref.replace(/^refs\/tags\//, "");
}

function held({ repoURL, targetRevision, commit }: Followed, what: string): GitOpsError {
  const insist = `to deploy it all the same, set revision: ${commit} (or rewrites: follow) for this Application in gitops:overrides, for one up`;
  return new GitOpsError(`${targetRevision} of ${repoURL} ${what}; ${insist}`, { code: "Refused" });
}
