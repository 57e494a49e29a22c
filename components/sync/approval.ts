import { parseTime } from "../application/argo-annotations.ts";
import type { Manifest } from "../manifest/object.ts";
import type { Policy } from "../sync.protocol.ts";
import { optionsOf } from "./options.ts";

/** Object -> since when its removal waits for a person's approval: RFC 3339, in whole seconds. */
export type Awaiting = Readonly<Record<string, string>>;

const DAY_MS = 24 * 60 * 60 * 1000;
/** Clocks differ; a time further ahead would approve what nobody has seen yet. */
const SKEW_MS = 10 * 60 * 1000;

/**
 * Since when the removal of each object that asks for approval (`Prune=confirm`) has been waiting. The operation that an approval
 * belongs to begins with the `up` that first found the object gone from Git. An approval that was there already counts for nothing.
 * @param extra objects of ours that Git does not have
 * @param before what was waiting after the last sync
 * @param now milliseconds since 1970
 */
export function awaitApproval(
  extra: ReadonlyMap<string, Manifest>,
  policy: Policy,
  before: Awaiting,
  now: number,
): Awaiting {
  const asking = [...extra].filter(([, object]) => optionsOf(object, policy.syncOptions).prune === "confirm");
  const earlier = timeOf(policy.deletionApproved);
  const start = new Date(Math.ceil(Math.max(now, earlier + 1) / 1000) * 1000).toISOString().replace(".000Z", "Z");
  return Object.fromEntries(asking.map(([text]) => [text, before[text] ?? start]));
}

/** Whether an approval was given for what has been waiting since then. */
export function isApprovedSince(approved: string | undefined, since: string | undefined): boolean {
  return since !== undefined && timeOf(approved) >= timeOf(since);
}

/** Whether an approval is good for a deletion now: who deletes an Application cannot approve it afterwards any more. */
export function isFreshApproval(approved: string | undefined, now: number): boolean {
  const time = timeOf(approved);
  return time >= now - DAY_MS && time <= now + SKEW_MS;
}

function timeOf(text: string | undefined): number {
  return parseTime(text ?? "") ?? Number.NEGATIVE_INFINITY;
}
