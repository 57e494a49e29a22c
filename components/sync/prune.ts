import pMap from "p-map";

import { isGitOpsError } from "../error.ts";
import type { Client } from "../kubernetes/client.ts";
import type { Manifest } from "../manifest/object.ts";
import { formatRef, refOf } from "../manifest/object.ts";
import type { Ownership } from "../manifest/ownership.ts";
import { ownershipOf } from "../manifest/ownership.ts";
import { waitGone } from "./wait-gone.ts";

const DELETES_AT_ONCE = 16;

export interface Removal {
  readonly text: string;
  readonly result: "deleted" | "gone" | "skipped";
  readonly reason?: string;
}

export interface WaveOptions {
  /** For everything of one wave to be gone. */
  readonly timeoutMs: number;
  /** Told after each wave. */
  readonly onRemoved: (removals: readonly Removal[]) => void;
}

/** Picks the objects whose removal came out like that. */
export function isAmong(removals: readonly Removal[], result: Removal["result"]): (object: Manifest) => boolean {
  const texts = new Set(removals.filter((removal) => removal.result === result).map(({ text }) => text));
  return (object) => texts.has(formatRef(refOf(object)));
}

export interface RemovalOptions {
  readonly environment: string;
  readonly application: string;
  readonly propagation: "Foreground" | "Background" | "Orphan";
  /** Removes only what carries this claim; without it, whatever is tracked for the Application. */
  readonly claim?: string;
}

/**
 * Wave by wave: a wave begins when everything of the ones before it is gone.
 * @throws GitOpsError Timeout naming what is still there, and the finalizers it waits for
 */
export async function removeWaves(
  client: Client,
  waves: readonly (readonly Manifest[])[],
  { timeoutMs, onRemoved, ...options }: RemovalOptions & WaveOptions,
): Promise<void> {
  for (const wave of waves) {
    const removals = await removeAll(client, wave, options);
    await waitGone(client, wave.filter(isAmong(removals, "deleted")), timeoutMs);
    onRemoved(removals);
  }
}

/**
 * Deletes exactly the objects that were judged: each request carries the uid and resourceVersion of that look, and an
 * object that changed meanwhile is looked at again, and deleted only if it is still ours.
 */
export async function removeAll(
  client: Client,
  objects: readonly Manifest[],
  options: RemovalOptions,
): Promise<readonly Removal[]> {
  const kinds = Map.groupBy(objects, ({ apiVersion, kind }) => `${apiVersion}/${kind}`);
  const removals: Removal[] = [];
  for (const group of kinds.values()) {
    removals.push(
      ...(await pMap(group, (object) => removeOne(client, object, options), { concurrency: DELETES_AT_ONCE })),
    );
  }
  return removals;
}

async function removeOne(client: Client, judged: Manifest, options: RemovalOptions): Promise<Removal> {
  const text = formatRef(refOf(judged));
  let live: Manifest | undefined = judged;
  for (;;) {
    if (live === undefined) return { text, result: "gone" };
    const reason = reasonToKeep(live, judged, options);
    if (reason !== undefined) return { text, result: "skipped", reason };
    const { uid = "", resourceVersion = "" } = live.metadata;
    try {
      return {
        text,
        result: await client.remove(refOf(live), { uid, resourceVersion, propagation: options.propagation }),
      };
    } catch (error) {
      if (!isGitOpsError(error) || error.code !== "Conflict") throw error;
      live = await client.get(refOf(judged));
    }
  }
}

function reasonToKeep(
  live: Manifest,
  judged: Manifest,
  { environment, application, claim }: RemovalOptions,
): string | undefined {
  if (live.metadata.uid !== judged.metadata.uid) return "was replaced by another object meanwhile";
  const ownership = ownershipOf(live, { environment, application });
  if (ownership.state !== "own") return whoseElse(ownership);
  if (claim !== undefined && ownership.claim !== claim)
    return "was taken over by a newer resource of the same Application";
  return undefined;
}

/** `belongs to kubectl-create`, in a sentence about the object. */
export function whoseElse(ownership: Exclude<Ownership, { state: "own" }>): string {
  return ownership.state === "foreign" ? `belongs to ${ownership.by}` : "does not carry our marks";
}
