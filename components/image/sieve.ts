import { parseGlob } from "./glob.ts";
import type { ImagePolicy } from "./policy.ts";
import { isTag } from "./reference.ts";
import { parseTagFilter } from "./tag-filter.ts";

/** What the filters of a policy make of one tag. */
export type Sifted =
  | {
      readonly tag: string;
      /** What of the tag is its version. */
      readonly text: string;
    }
  | {
      readonly tag: string;
      /** Continues a sentence that begins with the tag. */
      readonly refusal: string;
    };

export type Sieve = (tag: string) => Sifted;

/** The part of a policy that is the same for all strategies: allow-tags, then ignore-tags and the skip list. */
export function createSieve({ allowTags, ignoreTags, skip = [] }: ImagePolicy): Sieve {
  const { filter, reason } = parseTagFilter(allowTags);
  // A pattern that cannot be read hides every tag: taking one that was to be ignored would be worse.
  const hiding = [
    ...ignoreTags.map((pattern) => ({ verb: "ignored", pattern, matches: parseGlob(pattern) ?? (() => true) })),
    ...skip.map((pattern) => ({ verb: "skipped", pattern, matches: parseGlob(pattern) ?? (() => true) })),
  ];
  return (tag) => {
    if (!isTag(tag)) return { tag, refusal: "is no tag that a registry may hold" };
    const text = filter.versionOf(tag);
    if (text === undefined) return { tag, refusal: reason ?? `is not allowed by ${allowTags ?? "any"}` };
    const found = hiding.find(({ matches }) => matches(tag));
    if (found !== undefined) return { tag, refusal: `is ${found.verb} by ${JSON.stringify(found.pattern)}` };
    return { tag, text };
  };
}
