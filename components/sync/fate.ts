import type { KnownAssignments } from "./assignments.ts";

/** What becomes of an object that its Application gave up, as far as the others of the environment are concerned. */
export type Fate =
  | { readonly fate: "free" }
  | { readonly fate: "moved"; readonly to: string }
  | { readonly fate: "unclear"; readonly reason: string };

/** @param known undefined when nobody else is known of */
export function fateOf(text: string, application: string, known: KnownAssignments | undefined): Fate {
  if (known === undefined) return { fate: "free" };
  const [heir] = known.statedBy(text).filter((name) => name !== application);
  if (heir !== undefined) return { fate: "moved", to: heir };
  const { unknown, pending } = known;
  if (unknown.length > 0) return unclear(`${unknown.join(", ")} cannot be read, and may have it now`);
  return pending.length > 0
    ? unclear(`${pending.join(", ")} was not read in time, and may have it now`)
    : { fate: "free" };
}

/** Why an object is not taken from another Application of the environment; undefined when that one gave it up. */
export function whyNotTaken(text: string, from: string, known: KnownAssignments): string | undefined {
  const stated = known.of(from);
  if (stated === undefined) return `nobody knows whether ${from} gave it up: that one is on hold`;
  return stated.includes(text) ? `${from} has it in Git as well: take it out of one of them` : undefined;
}

function unclear(reason: string): Fate {
  return { fate: "unclear", reason };
}
