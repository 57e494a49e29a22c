import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { readNumber } from "./reading.ts";
import type { Condition } from "./reading.ts";

export function healthy(message: string): Health {
  return { status: "Healthy", message };
}

export function suspended(message: string): Health {
  return { status: "Suspended", message };
}

export function progressing(message: string): Health {
  return { status: "Progressing", message };
}

export function degraded(message: string): Health {
  return { status: "Degraded", message };
}

export function unknown(message: string): Health {
  return { status: "Unknown", message };
}

/** Status speaks about an older specification until the controller has seen the newest one. */
export function unobserved(object: Manifest): Health | undefined {
  const generation = generationOf(object);
  const observed = readNumber(object, "status", "observedGeneration") ?? 0;
  if (generation <= observed) return undefined;
  return progressing(`generation ${generation} is not yet seen by the controller, which is at ${observed}`);
}

/** The same for kinds whose controllers may not say at all which generation they have seen. */
export function outdated(object: Manifest): Health | undefined {
  return readNumber(object, "status", "observedGeneration") === undefined ? undefined : unobserved(object);
}

/** A condition may be about an older specification than the rest of the status (KEP-1623). */
export function isOutdated(object: Manifest, { observedGeneration }: Condition): boolean {
  return observedGeneration !== undefined && observedGeneration < generationOf(object);
}

export function olderGeneration({ type }: Condition): string {
  return `the condition ${type} is about an older generation`;
}

export function generationOf(object: Manifest): number {
  return readNumber(object, "metadata", "generation") ?? 0;
}

/** `1 of 3 replicas are available`. */
export function count(found: number, wanted: number, noun: string, state: string): string {
  return `${found} of ${wanted} ${noun} are ${state}`;
}
