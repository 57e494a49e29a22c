import { GitOpsError } from "../error.ts";
import type { Comparator, Operator } from "./comparator.ts";
import { meets } from "./comparator.ts";
import type { Version } from "./version.ts";
import { parseVersion } from "./version.ts";

export interface Constraint {
  /** False for text that is no version. */
  matches(version: string | Version): boolean;
  /** Whether any pre-release can match. */
  readonly admitsPrereleases: boolean;
}

type Group = readonly Comparator[];

const SPACE = "[\\t\\n\\f\\r ]";
const NUMBER = "[0-9]+|[xX*]";
const SUFFIX = "(?:-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?";
const BUILD = "(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?";
// Wider than a version may be, so that no part of a mistake such as 1xx is cut off and taken for something else.
const PARTIAL = `v?[0-9xX*]+(?:\\.[0-9xX*]+){0,2}${SUFFIX}${BUILD}`;
const RANGE = new RegExp(`${SPACE}*(${PARTIAL})${SPACE}+-${SPACE}+(${PARTIAL})${SPACE}*`, "g");
const COMPARATOR = new RegExp(
  `(=>|>=|=<|<=|!=|~>|=|>|<|~|\\^|)${SPACE}*v?(${NUMBER})(?:\\.(${NUMBER}))?(?:\\.(${NUMBER}))?(${SUFFIX})${BUILD}`,
  "y",
);
const SEPARATOR = new RegExp(`${SPACE}*,${SPACE}*|${SPACE}+`, "y");

const OPERATORS: Readonly<Record<string, Operator>> = {
  "": "=",
  "=": "=",
  "!=": "!=",
  ">": ">",
  "<": "<",
  ">=": ">=",
  "=>": ">=",
  "<=": "<=",
  "=<": "<=",
  "~": "~",
  "~>": "~",
  "^": "^",
};

/**
 * Reads a constraint by the rules of github.com/Masterminds/semver v3.4, which Image Updater uses: comma or space is AND, `||`
 * is OR, `1.2 - 1.4.5` is a range. A pre-release matches only a group of ANDs in which some condition names a pre-release.
 * @throws GitOpsError Invalid when the text is none; npm's `semver` reads the same text differently (`1.2`, commas, `!=`)
 */
export function parseConstraint(text: string): Constraint {
  const groups = text
    .replace(RANGE, ">= $1, <= $2 ")
    .split("||")
    .map((part) => parseGroup(part, text));
  const open = groups.map((group) => group.some(({ bound }) => bound.prerelease !== ""));
  const matches = (version: Version): boolean =>
    groups.some(
      (group, index) =>
        (version.prerelease === "" || open[index] === true) && group.every((comparator) => meets(version, comparator)),
    );
  return {
    admitsPrereleases: open.includes(true),
    matches: (version) => {
      const parsed = typeof version === "string" ? parseVersion(version) : version;
      return parsed !== undefined && matches(parsed);
    },
  };
}

function parseGroup(text: string, whole: string): Group {
  const trimmed = text.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "");
  const comparators: Comparator[] = [];
  let position = 0;
  do {
    if (comparators.length > 0) position = skip(SEPARATOR, trimmed, position) ?? fail(whole);
    const end = skip(COMPARATOR, trimmed, position) ?? fail(whole);
    comparators.push(parseComparator(trimmed.slice(position, end), whole));
    position = end;
  } while (position < trimmed.length);
  return comparators;
}

function parseComparator(text: string, whole: string): Comparator {
  COMPARATOR.lastIndex = 0;
  const [, sign = "", major, minor, patch, suffix = ""] = COMPARATOR.exec(text) ?? fail(whole);
  const stated = isWild(major) ? 0 : isWild(minor) ? 1 : isWild(patch) ? 2 : 3;
  const numbers = [major, minor, patch].map((part, index) => (index < stated ? part : "0"));
  const bound = parseVersion(`${numbers.join(".")}${suffix}`) ?? fail(whole);
  return { operator: OPERATORS[sign] ?? fail(whole), bound, stated };
}

/** Where a match that begins at the position ends. */
function skip(pattern: RegExp, text: string, position: number): number | undefined {
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function isWild(part: string | undefined): boolean {
  return part === undefined || /^[xX*]$/.test(part);
}

function fail(text: string): never {
  throw new GitOpsError(
    `expected a version constraint such as "1.x", "~1.2" or ">=1.2.0 <2.0.0", found ${JSON.stringify(text)}`,
    { code: "Invalid" },
  );
}
