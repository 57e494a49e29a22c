import { RE2JS } from "re2js";

import { remember } from "../remember.ts";
import { isRelease } from "../version/version.ts";

/** What of a tag is its version. Undefined: the tag is refused. */
export interface TagFilter {
  readonly versionOf: (tag: string) => string | undefined;
}

export interface ParsedTagFilter {
  readonly filter: TagFilter;
  /** What is wrong with the text; the filter then refuses every tag. */
  readonly reason?: string;
}

const EVERY: TagFilter = { versionOf: (tag) => tag };
const NONE: TagFilter = { versionOf: () => undefined };

/**
 * Reads the value of `allow-tags`: `any` or `regexp:<RE2>`, as Image Updater does (options.go, ParseMatch): the pattern may match
 * anywhere in the tag unless it is anchored. Beyond Image Updater, the first group is the version (`^qa-(v1\.0\.[0-9]+)$`), so
 * tags with a prefix are ordered by version too.
 */
export function parseTagFilter(text: string | undefined): ParsedTagFilter {
  if (text === undefined || text.trim().toLowerCase() === "any") return { filter: EVERY };
  const [, pattern] = /^regexp:([^]+)$/i.exec(text.trim()) ?? [];
  if (pattern === undefined) {
    return { filter: NONE, reason: `expected "any" or "regexp:<pattern>", found ${JSON.stringify(text)}` };
  }
  try {
    return { filter: { versionOf: versionBy(compile(pattern)) } };
  } catch (error) {
    return { filter: NONE, reason: `${JSON.stringify(pattern)} is not an RE2 pattern: ${complaint(error)}` };
  }
}

/** Most Applications of an environment have the same pattern, and to compile it takes longer than to match all tags. */
const compile = remember((pattern: string) => RE2JS.compile(pattern));

function versionBy(pattern: RE2JS): TagFilter["versionOf"] {
  return (tag) => {
    const matcher = pattern.matcher(tag);
    if (!matcher.find()) return undefined;
    const group = matcher.groupCount() > 0 ? matcher.group(1) : null;
    if (group === null) return tag;
    // A pattern written for Image Updater may group without meaning to extract: `^v(1|2)\.[0-9]+\.[0-9]+$`.
    return isRelease(tag) && !isRelease(group) ? tag : group;
  };
}

function complaint(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : String(error);
}
