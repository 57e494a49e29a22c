/**
 * A version as github.com/Masterminds/semver v3 reads it, leniently: `v1`, `1.2` and leading zeros are versions.
 * Numbers are unsigned 64-bit: a date such as 20240131235959 is a major version.
 */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** What follows `-`; "" for a release. */
  readonly prerelease: string;
}

const IDENTIFIERS = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
const VERSION = new RegExp(`^v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:-(${IDENTIFIERS}))?(?:\\+${IDENTIFIERS})?$`);
const RELEASE = /^v?[0-9]+\.[0-9]+\.[0-9]+$/;
const COMPLETE = /^v?[0-9]+\.[0-9]+\.[0-9]+(?:[-+]|$)/;
const NUMERIC = /^[0-9]+$/;
const LARGEST = 2n ** 64n - 1n;

/** Undefined when the text is no version: `latest`, `qa-v1.0.1`, a commit with letters. Build metadata is dropped. */
export function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(text);
  if (match === null) return undefined;
  const [, major = "", minor = "0", patch = "0", prerelease = ""] = match;
  if (prerelease.split(".").some(hasLeadingZero)) return undefined;
  const version = { major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch), prerelease };
  return version.major > LARGEST || version.minor > LARGEST || version.patch > LARGEST ? undefined : version;
}

/** Whether it is all of x.y.z and nothing more, so that nobody can mean anything but a release by it. */
export function isRelease(text: string): boolean {
  return RELEASE.test(text);
}

/** The version of a text that states all of x.y.z; undefined for a date or a commit, which only look like versions. */
export function parseComplete(text: string): Version | undefined {
  return COMPLETE.test(text) ? parseVersion(text) : undefined;
}

/**
 * Whether the major version is so high that the text may be no version at all: a year (2024.1.31), a date (20240131, 240131), a
 * commit that happens to have digits only, the number of a pipeline's run.
 */
export function isDoubtful({ major }: Version): boolean {
  return (major >= 1970n && major < 2100n) || major >= 100_000n;
}

/** Precedence of Semantic Versioning 2.0.0 section 11: negative when `a` is lower, 0 when neither is. */
export function compareVersions(a: Version, b: Version): number {
  return (
    order(a.major, b.major) ||
    order(a.minor, b.minor) ||
    order(a.patch, b.patch) ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

/** The same for what follows `-`; "" (a release) is the highest. */
export function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "") return 1;
  if (b === "") return -1;
  const left = a.split(".");
  const right = b.split(".");
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const result = compareIdentifiers(left[index] ?? "", right[index] ?? "");
    if (result !== 0) return result;
  }
  return order(left.length, right.length);
}

function compareIdentifiers(a: string, b: string): number {
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) return order(left, right);
  if (left === undefined && right === undefined) return order(a, b);
  return left === undefined ? 1 : -1;
}

function numberOf(identifier: string): bigint | undefined {
  if (!NUMERIC.test(identifier)) return undefined;
  const value = BigInt(identifier);
  return value > LARGEST ? undefined : value;
}

function hasLeadingZero(identifier: string): boolean {
  return identifier.length > 1 && identifier.startsWith("0") && NUMERIC.test(identifier);
}

function order<T extends bigint | number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
