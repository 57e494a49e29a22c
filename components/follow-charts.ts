import type { Charts, FetchedChart, WantedChart } from "./chart/charts.ts";
import { GitOpsError } from "./error.ts";
import type { Followed } from "./follow.ts";
import { compareVersions, parseVersion } from "./version/version.ts";

/** Which version of a chart was deployed; the next run compares with it. */
export interface FollowedChart {
  readonly repoURL: string;
  readonly chart: string;
  readonly targetRevision: string;
  readonly version: string;
}

/** What a source was at, of either kind. */
export type FollowedSource = Followed | FollowedChart;

export interface ChartFollower {
  readonly charts: Charts;
  /** What has been resolved so far. */
  readonly followed: () => readonly FollowedChart[];
}

/**
 * Charts for one Application: the same range never leads to a lower version than the deployed one, as it would when a version is deleted or
 * the list of a repository is cut short. Another range is a person's decision and is followed.
 * @param deployed what the sources were at in the last run that deployed them; undefined follows wherever a range leads
 */
export function followCharts(
  charts: Charts,
  deployed: (() => Promise<readonly FollowedSource[]>) | undefined,
): ChartFollower {
  const followed: FollowedChart[] = [];
  const fetch = async (wanted: WantedChart): Promise<FetchedChart> => {
    const fetched = await charts.fetch(wanted);
    const { repoURL, name: chart, targetRevision } = wanted;
    const now = { repoURL, chart, targetRevision, version: fetched.version };
    const before = (await deployed?.())?.find((source) => isSame(source, now));
    if (before !== undefined) refuseStepBack(before, now);
    if (!followed.some((source) => isSame(source, now))) followed.push(now);
    return fetched;
  };
  return { charts: { fetch }, followed: () => followed };
}

export function isFollowedRepository(source: FollowedSource): source is Followed {
  return !("chart" in source);
}

function isSame(a: FollowedSource, b: FollowedChart): a is FollowedChart {
  if (isFollowedRepository(a)) return false;
  return a.repoURL === b.repoURL && a.chart === b.chart && a.targetRevision === b.targetRevision;
}

function refuseStepBack(before: FollowedChart, now: FollowedChart): void {
  const [from, to] = [parseVersion(before.version), parseVersion(now.version)];
  if (from === undefined || to === undefined || compareVersions(to, from) >= 0) return;
  const { repoURL, chart, targetRevision, version } = now;
  const what = `${before.version}, which is deployed, is gone, and ${version} is a lower version`;
  const insist = "to deploy it all the same, set rewrites: follow for this Application in gitops:overrides, for one up";
  throw new GitOpsError(`${targetRevision} of ${chart} in ${repoURL} leads back: ${what}; ${insist}`, {
    code: "Refused",
  });
}
