import { canonicalJson } from "../manifest/json.ts";
import type { CheckedInputs, SyncOutputs } from "../sync.protocol.ts";
import type { Hooks } from "./hooks.ts";
import type { Memory } from "./pack.ts";
import { hooksOfSync } from "./plan.ts";

/**
 * Without self-heal, what the cluster changed waits for Git to change. Then, as in Argo CD, all of the Application is
 * synced, the drift of unchanged objects included.
 */
export function isDue(inputs: CheckedInputs, before: SyncOutputs, memory: Memory): boolean {
  const { policy } = inputs;
  if (policy.deletionApproved !== before.policy.deletionApproved) return true;
  return policy.selfHeal || !before.complete || hasGitChanged(inputs, memory);
}

/** Hooks run when Git has changed, or a sync did not finish; to heal drift they do not, as in Argo CD. */
export function runsHooks(inputs: CheckedInputs, before: SyncOutputs | undefined, memory: Memory): boolean {
  return before?.complete !== true || hasGitChanged(inputs, memory, hooksOfSync);
}

/** @param among the hooks that matter @default all */
export function hasGitChanged(
  { manifests, hooks = {} }: CheckedInputs,
  memory: Memory,
  among: (hooks: Hooks) => Hooks = (all) => all,
): boolean {
  return canonicalJson([manifests, among(hooks)]) !== canonicalJson([memory.manifests, among(memory.hooks ?? {})]);
}
