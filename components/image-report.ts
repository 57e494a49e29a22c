import { causeOf } from "./error.ts";
import { formatBuildDate } from "./image/build-date.ts";
import type { Chooser } from "./image/choose.ts";
import { choose } from "./image/choose.ts";
import { pinOf } from "./image/pins.ts";
import type { ImagePolicy } from "./image/policy.ts";
import type { Selection, Verdict } from "./image/select.ts";
import type { ExplainedPolicy, PolicyOrigins } from "./image-policy.ts";
import { explainPolicy } from "./image-policy.ts";

/** How the tag of one image is found. What cannot be said is null. */
export interface ImageReport {
  readonly image: string;
  readonly alias: string | null;
  readonly policy: ExplainedPolicy;
  /** What is offered to the cluster: the pin, else what the policy selects. What runs there is not known here. */
  readonly chosen: string | null;
  /** What the policy selects. */
  readonly selected: string | null;
  /** What wins over the policy, and the key of the stack's configuration. */
  readonly pin: { readonly tag: string; readonly key: string } | null;
  /** Why the tag may be selected by accident. */
  readonly warning: string | null;
  /** A better tag that may not be taken yet, and why. */
  readonly waiting: string | null;
  /** Why the registry cannot tell. */
  readonly problem: string | null;
  /** The selected one, then those that were allowed, then those refused; higher names first. */
  readonly tags: readonly TagReport[];
}

export interface TagReport {
  readonly tag: string;
  /** The part of the tag that is compared as a version. */
  readonly version: string | null;
  /** RFC 3339. */
  readonly created: string | null;
  readonly verdict: TagVerdict;
  /** Continues a sentence that begins with the tag. */
  readonly reason: string;
}

export type TagVerdict = "selected" | "allowed" | "refused";

const ORDER: readonly TagVerdict[] = ["selected", "allowed", "refused"];
/** `v1.10.0` above `v1.9.0`. */
const NATURAL = new Intl.Collator("en", { numeric: true });

export async function reportImage(policy: ImagePolicy, origins: PolicyOrigins, chooser: Chooser): Promise<ImageReport> {
  const pinned = pinOf(policy, origins.own?.pins ?? {});
  const pin = pinned && { tag: pinned.tag, key: `gitops:overrides.${origins.application}.pins.${pinned.key}` };
  const { selection, problem } = await select(policy, chooser);
  return {
    image: policy.image,
    alias: policy.alias ?? null,
    policy: explainPolicy(policy, origins),
    chosen: pin?.tag ?? selection.tag ?? null,
    selected: selection.tag ?? null,
    pin: pin ?? null,
    warning: selection.warning ?? null,
    waiting: selection.waiting ?? null,
    problem,
    tags: selection.verdicts.map(tagReport).sort(compareTags),
  };
}

async function select(
  policy: ImagePolicy,
  chooser: Chooser,
): Promise<{ readonly selection: Selection; readonly problem: string | null }> {
  try {
    return { selection: await choose(policy, chooser), problem: null };
  } catch (error) {
    return { selection: { tag: undefined, verdicts: [] }, problem: causeOf(error) };
  }
}

function tagReport({ tag, version, created, allowed, taken, reason }: Verdict): TagReport {
  return {
    tag,
    version: version ?? null,
    created: created === undefined ? null : formatBuildDate(created),
    verdict: taken ? "selected" : allowed ? "allowed" : "refused",
    reason,
  };
}

function compareTags(a: TagReport, b: TagReport): number {
  const byVerdict = ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict);
  return byVerdict || NATURAL.compare(b.tag, a.tag) || (a.tag < b.tag ? 1 : -1);
}
