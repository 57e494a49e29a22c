import type { Version } from "./version.ts";
import { comparePrereleases, compareVersions } from "./version.ts";

export type Operator = "=" | "!=" | ">" | "<" | ">=" | "<=" | "~" | "^";

/** One condition of a constraint, such as `>=1.2`. */
export interface Comparator {
  readonly operator: Operator;
  /** Parts that are not stated are 0. */
  readonly bound: Version;
  /** How many of major, minor and patch are stated: 0 for `*`, 2 for `1.2` and `1.2.x`. */
  readonly stated: 0 | 1 | 2 | 3;
}

/**
 * Whether the version meets the condition, by the rules of github.com/Masterminds/semver v3.4 (constraints.go): a part that is
 * not stated widens the condition, so `>1` begins at 2.0.0 and `=1.2` is `~1.2`. Whether pre-releases count at all is decided
 * for a whole group of conditions, not here.
 */
export function meets(version: Version, comparator: Comparator): boolean {
  const { operator, bound, stated } = comparator;
  switch (operator) {
    case "=":
      return stated === 3 ? compareVersions(version, bound) === 0 : isClose(version, comparator);
    case "!=":
      return differs(version, comparator);
    case ">":
      return isAbove(version, comparator);
    case "<":
      return compareVersions(version, bound) < 0;
    case ">=":
      return compareVersions(version, bound) >= 0;
    case "<=":
      return stated === 3 ? compareVersions(version, bound) <= 0 : !isBeyond(version, comparator);
    case "~":
      return isClose(version, comparator);
    case "^":
      return isCompatible(version, comparator);
  }
}

function differs(version: Version, { bound, stated }: Comparator): boolean {
  if (stated === 0 || stated === 3) return compareVersions(version, bound) !== 0;
  if (version.major !== bound.major) return true;
  if (stated === 1) return false;
  return version.minor !== bound.minor || comparePrereleases(version.prerelease, bound.prerelease) !== 0;
}

function isAbove(version: Version, comparator: Comparator): boolean {
  const { bound, stated } = comparator;
  if (stated === 0 || stated === 3) return compareVersions(version, bound) > 0;
  return isBeyond(version, comparator);
}

/** Above everything the stated parts stand for: 1.3.0 for `1.2`, 2.0.0 for `1`. */
function isBeyond(version: Version, { bound, stated }: Comparator): boolean {
  if (version.major !== bound.major) return version.major > bound.major;
  return stated !== 1 && version.minor > bound.minor;
}

function isClose(version: Version, { bound, stated }: Comparator): boolean {
  if (compareVersions(version, bound) < 0) return false;
  const isZero = bound.major === 0n && bound.minor === 0n && bound.patch === 0n;
  if (isZero && (stated === 0 || stated === 3)) return true;
  return version.major === bound.major && (stated === 1 || version.minor === bound.minor);
}

/** The leftmost part that is not 0 must stay. */
function isCompatible(version: Version, { bound, stated }: Comparator): boolean {
  if (compareVersions(version, bound) < 0 || version.major !== bound.major) return false;
  if (bound.major > 0n || stated === 1) return true;
  if (version.minor !== bound.minor) return false;
  return bound.minor > 0n || stated === 2 || version.patch === bound.patch;
}
