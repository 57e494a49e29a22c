import type { Health } from "../manifest/health.ts";
import { assess, hasHealth } from "../manifest/health.ts";
import type { Hook } from "../manifest/hook.ts";
import type { Manifest } from "../manifest/object.ts";
import { refOf } from "../manifest/object.ts";
import { isProtected } from "./protection.ts";

/** What becomes of a hook's object that an earlier sync left, when the hook is to run again. */
export type Reuse = "replace" | "apply" | "await";

/**
 * By default it is replaced. Without `BeforeHookCreation` it is, as in Argo CD, made once: what has succeeded counts, and what still runs is
 * waited for. But what has failed runs again, and so does what should have been deleted when the sync was killed.
 */
export function reuseOf(leftover: Manifest, { deletePolicies }: Hook): Reuse {
  if (leftover.metadata.deletionTimestamp !== undefined) return "replace";
  if (isProtected(leftover)) return "apply";
  if (deletePolicies.includes("BeforeHookCreation")) return "replace";
  if (!hasHealth(refOf(leftover))) return "apply";
  const outcome = outcomeOf(assess(leftover));
  if (outcome === "running") return "await";
  return outcome === "failed" || deletePolicies.includes("HookSucceeded") ? "replace" : "await";
}

/** Argo CD counts a hook whose health cannot be told as failed, and one that is suspended as running. */
export function outcomeOf(health: Health | undefined): "succeeded" | "failed" | "running" {
  if (health === undefined || health.status === "Healthy") return "succeeded";
  return health.status === "Degraded" || health.status === "Unknown" ? "failed" : "running";
}
