import { GitOpsError } from "../error.ts";
import { parseConstraint } from "../version/constraint.ts";
import { compareVersions, parseVersion } from "../version/version.ts";
import type { WantedChart } from "./charts.ts";

/** One version of a chart. */
export interface Release {
  readonly version: string;
  /** SHA-256 of the packed chart in hexadecimal, if the repository tells. */
  readonly digest?: string;
  /** @throws GitOpsError */
  readonly download: () => Promise<Buffer>;
}

export interface ChartRepository {
  /** @throws GitOpsError NotFound with the versions there are */
  find(wanted: WantedChart): Promise<Release>;
}

const MAX_NAMED = 10;

/**
 * The version that is written exactly so, else the highest that the text allows as a range (`1.2`, `^1.0`, `1.x`); of equal ones the
 * first. @throws GitOpsError NotFound, or Invalid for a text that is no range
 */
export function chooseVersion(wanted: WantedChart, versions: readonly string[]): string {
  const { targetRevision, repoURL, name } = wanted;
  if (versions.includes(targetRevision)) return targetRevision;
  const constraint = parseConstraint(targetRevision);
  const allowed = versions.filter((version) => constraint.matches(version));
  const [highest] = allowed.toSorted(byVersion);
  if (highest !== undefined) return highest;
  const known = versions.toSorted(byVersion).slice(0, MAX_NAMED);
  const there = known.length === 0 ? "none" : `${known.join(", ")}${versions.length > MAX_NAMED ? ", ..." : ""}`;
  throw new GitOpsError(`${repoURL} has no version of ${name} that is ${targetRevision}; there are: ${there}`, {
    code: "NotFound",
  });
}

/** The highest first; what is no version last. */
function byVersion(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  return compareVersions(right, left);
}
