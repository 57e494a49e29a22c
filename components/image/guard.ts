import { parseGlob } from "./glob.ts";
import { followGit } from "./guard-git.ts";
import type { Answer } from "./guard-order.ts";
import { BEST, compare } from "./guard-order.ts";
import type { Images } from "./promotion.ts";
import { withoutDigest } from "./reference.ts";
import type { Strategy } from "./strategy.ts";

/** What the policy and the registry offer for one image. */
export interface OfferedTag {
  /** With the strategy digest `<tag>@<digest>`. Undefined when no tag is allowed or the registry could not be read. */
  readonly tag?: string | undefined;
  /** Why that tag, or why none. */
  readonly reason?: string;
  /** The allow-tags text: it says which part of a tag is the version. */
  readonly allowTags?: string;
  /** Why the tag may have been offered by accident. */
  readonly warning?: string;
  /** @default semver */
  readonly strategy?: Strategy;
  /** When tags that may be decided for were built, as far as the strategy asks for it. */
  readonly created?: Readonly<Record<string, string>>;
  /** A better tag that may not be taken yet, and why: a sentence. */
  readonly waiting?: string;
  /** Patterns of bad versions. */
  readonly skip?: readonly string[];
  /** True where new tags are only proposed in Git: `tag` is what Git says then. */
  readonly fromGit?: boolean;
}

export interface ImageDecision extends Answer {
  readonly image: string;
  /** The tag until now; absent when there was none. */
  readonly from?: string;
  /** When the tag was built, if that is known. */
  readonly created?: string;
  /** Why the tag that runs may do so by accident. */
  readonly warning?: string;
  /** A better tag that may not be taken yet, and why: a sentence. */
  readonly waiting?: string;
  /** Whether the tag is Git's own word, so that nothing has to be put into the manifests. */
  readonly fromGit?: boolean;
}

/** What was decided last: image -> tag, and image -> when it was built, where that is known. */
export interface Running {
  readonly images: Images;
  readonly created: Readonly<Record<string, string>>;
  /** Images whose tag was Git's own word. */
  readonly fromGit?: readonly string[];
}

/**
 * Decides every image that a policy or a pin speaks about; the others stay as Git has them. An image never goes back by itself,
 * because the tag of the running one was deleted or the list came back short: that takes a pin.
 * @param pins by image name; they win over everything
 */
export function decideImages(
  running: Running,
  candidates: Readonly<Record<string, OfferedTag>>,
  pins: Images,
): readonly ImageDecision[] {
  const images = [...new Set([...Object.keys(candidates), ...Object.keys(pins)])].sort();
  return images.flatMap((image) => {
    const from = own(running.images, image);
    const builtAt = own(running.created, image);
    const offered = own(candidates, image) ?? {};
    const pin = own(pins, image);
    const wasGits = running.fromGit?.includes(image) ?? false;
    const answer = pin === undefined ? answerTo(from, builtAt, offered, wasGits) : pinned(pin);
    if (answer === undefined) return [];
    const isGits = pin === undefined && offered.fromGit === true && answer.tag === offered.tag;
    const created = createdOf(answer, from, builtAt, offered);
    const warning = answer.state === "pinned" ? undefined : warningOf(answer.tag, offered);
    return [
      {
        ...{ image, ...(from === undefined ? {} : { from }), ...answer },
        ...(created === undefined ? {} : { created }),
        ...(warning === undefined ? {} : { warning }),
        ...(offered.waiting === undefined ? {} : { waiting: offered.waiting }),
        ...(isGits ? { fromGit: true } : {}),
      },
    ];
  });
}

/** A bad version that runs already stays: no lower one is taken by itself. */
function warningOf(tag: string, { tag: best, warning, skip = [] }: OfferedTag): string | undefined {
  const name = withoutDigest(tag);
  const pattern = skip.find((one) => parseGlob(one)?.(name) ?? false);
  if (pattern === undefined) return tag === best ? warning : undefined;
  return `${name} runs although it is skipped by ${JSON.stringify(pattern)}; pin another tag to leave it now`;
}

/** What the tag stood for when it was chosen: it may have been moved since. */
function createdOf(
  { tag }: Answer,
  from: string | undefined,
  builtAt: string | undefined,
  { created = {} }: OfferedTag,
): string | undefined {
  return (tag === from ? builtAt : undefined) ?? own(created, withoutDigest(tag));
}

function pinned(tag: string): Answer {
  return { tag, state: "pinned", reason: "pinned in the stack's configuration" };
}

function answerTo(
  running: string | undefined,
  builtAt: string | undefined,
  offered: OfferedTag,
  wasGits: boolean,
): Answer | undefined {
  const answer = decide(running, builtAt, offered);
  return offered.fromGit === true ? followGit(running, offered.tag, answer, wasGits) : answer;
}

function decide(running: string | undefined, builtAt: string | undefined, offered: OfferedTag): Answer | undefined {
  const { tag, reason, allowTags, strategy = "semver", created = {} } = offered;
  if (tag === undefined) {
    return running === undefined ? undefined : { tag: running, state: "kept", reason: reason ?? "no tag is allowed" };
  }
  const best = BEST[strategy];
  if (running === undefined) return { tag, state: "promoted", reason: reason ?? best };
  // The same without its digest was followed or pinned by digest before, and now goes by its name.
  if (running === tag || withoutDigest(running) === tag) {
    return { tag: running, state: "kept", reason: reason ?? `${best} runs already` };
  }
  if (strategy !== "digest" && withoutDigest(running) === withoutDigest(tag)) return pinDigest(running, tag);
  return compare({ running, builtAt, tag, strategy, allowTags, created: own(created, withoutDigest(tag)) });
}

/** What was checked once stays, whatever the tag stands for now. */
function pinDigest(running: string, tag: string): Answer {
  const name = withoutDigest(tag);
  if (running === name) return { tag, state: "promoted", reason: `${name} is pinned to its digest` };
  const reason = `${name} was moved to ${tag.slice(name.length + 1)}; pin ${tag} to take it`;
  return { tag: running, state: "held", reason };
}

/** Image names come from files: `constructor` must not find what every object has. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
