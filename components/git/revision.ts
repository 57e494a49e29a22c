import { isGitOpsError } from "../error.ts";
import type { Constraint } from "../version/constraint.ts";
import { parseConstraint } from "../version/constraint.ts";
import type { Version } from "../version/version.ts";
import { compareVersions, parseVersion } from "../version/version.ts";
import type { Refs } from "./refs.ts";
import { findRef, TAGS } from "./refs.ts";

/** What an Application asks for: `targetRevision` and, for a repository of several components, `tagPrefix`. */
export interface Target {
  readonly revision: string;
  /** Only tags that begin so count as versions, and what follows is the version. */
  readonly tagPrefix?: string | undefined;
}

/** What a target stood for when the repository was asked. */
export interface Revision {
  readonly commit: string;
  /** Full name of the ref that was followed; absent for a target that is a commit. */
  readonly ref?: string;
  /** The annotated tag's own object. */
  readonly tag?: string;
}

/**
 * The full name of the ref that a target stands for, as in Argo CD: a constraint means the highest tag that it allows, and only when
 * no tag does (or the text is none) it is a name. A version with `tagPrefix` names the tag of both together.
 */
export function findTarget(refs: Refs, target: Target): string | undefined {
  const { revision, tagPrefix = "" } = target;
  const prefixed = tagPrefix !== "" && parseVersion(revision) !== undefined;
  if (prefixed) return refs.has(TAGS + tagPrefix + revision) ? TAGS + tagPrefix + revision : undefined;
  return selectTag(refs, target) ?? findRef(refs, revision);
}

/** The tag of the highest version that a constraint allows, as a full ref name; undefined when the text is no constraint or no tag fits. */
export function selectTag(refs: Refs, target: Target): string | undefined {
  const constraint = constraintOf(target.revision);
  if (constraint === undefined) return undefined;
  const prefix = TAGS + (target.tagPrefix ?? "");
  let highest: { readonly name: string; readonly version: Version } | undefined;
  for (const name of refs.keys()) {
    const version = name.startsWith(prefix) ? parseVersion(name.slice(prefix.length)) : undefined;
    if (version === undefined || !constraint.matches(version)) continue;
    // Of equal ones (`1.2.0`, `v1.2.0`) the first that the server names, as in Argo CD.
    if (highest === undefined || compareVersions(version, highest.version) > 0) highest = { name, version };
  }
  return highest?.name;
}

/** What a text means as a range of versions. A complete or partial version (`v1.2.3`, `1.2`) is a name, not a range (Argo CD, util/versions). */
export function constraintOf(revision: string): Constraint | undefined {
  if (parseVersion(revision) !== undefined) return undefined;
  try {
    return parseConstraint(revision);
  } catch (error) {
    if (isGitOpsError(error)) return undefined;
    throw error;
  }
}

/** The version that a tag of this target stands for; undefined for other refs and names. */
export function versionOf(ref: string | undefined, tagPrefix = ""): Version | undefined {
  const prefix = TAGS + tagPrefix;
  return ref?.startsWith(prefix) === true ? parseVersion(ref.slice(prefix.length)) : undefined;
}
