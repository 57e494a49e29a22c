import type { Applied } from "../manifest/applied.ts";
import { canonicalJson } from "../manifest/json.ts";
import type { Manifest } from "../manifest/object.ts";
import { formatRef, parseRef, refOf } from "../manifest/object.ts";
import { compareForApply } from "../manifest/order.ts";
import type { Awaiting } from "./approval.ts";
import type { Memory } from "./pack.ts";

/** What exists because of us, kept true after every single write, so that a failure midway loses no object. */
export interface Progress {
  /** @param resourceVersion of the API server's answer */
  applied(manifest: Manifest, applied: Applied, resourceVersion: string): void;
  removed(text: string): void;
  /** Object -> resourceVersion of what was applied since tracking began. */
  written(): ReadonlyMap<string, string>;
  memory(): Memory;
  /** Remembers which removals wait for approval, in place of what was remembered before. */
  awaits(awaiting: Awaiting): void;
  awaiting(): Awaiting;
  /** Every object that exists because of us, in apply order. */
  inventory(): readonly string[];
}

export function trackProgress(before: Memory, inventory: readonly string[], waiting: Awaiting = {}): Progress {
  const texts = new Set(inventory);
  const manifests = new Map(Object.entries(before.manifests));
  const records = new Map(Object.entries(before.applied));
  const written = new Map<string, string>();
  let awaiting = waiting;
  return {
    written: () => written,
    awaits(removals) {
      awaiting = removals;
    },
    awaiting: () => Object.fromEntries(Object.entries(awaiting).filter(([text]) => texts.has(text))),
    applied(manifest, applied, resourceVersion) {
      const text = formatRef(refOf(manifest));
      written.set(text, resourceVersion);
      texts.add(text);
      manifests.set(text, canonicalJson(manifest));
      records.set(text, applied);
    },
    removed(text) {
      texts.delete(text);
      manifests.delete(text);
      records.delete(text);
    },
    memory: () => ({ manifests: sorted(manifests), applied: sorted(records) }),
    inventory: () => [...texts].toSorted((a, b) => compareForApply(parseRef(a), parseRef(b))),
  };
}

/** Objects of a kind are applied at once, and the state must not depend on which was faster. */
function sorted<T>(map: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
