import { DELETION_APPROVED } from "../application/argo-annotations.ts";
import { hookOf } from "../manifest/hook.ts";
import type { Manifest } from "../manifest/object.ts";
import type { Policy } from "../sync.protocol.ts";
import { isApprovedSince } from "./approval.ts";
import { optionsOf } from "./options.ts";
import { refuseRemoval } from "./permit.ts";
import { isKeptByHelm, isProtected } from "./protection.ts";

/** What becomes of an object of ours that Git does not have; with `keep`, why it stays. */
export type Verdict = "prune" | "ignore" | { readonly keep: string };

/**
 * The same answer for what a preview shows and for what a sync does. A hook's object comes and goes by its own rules.
 * @param wanted uids of the desired objects: the cluster may show one of them a second time, under another API group
 * @param since when its removal began to wait for approval
 */
export function judgeExtra(object: Manifest, policy: Policy, wanted: ReadonlySet<string>, since?: string): Verdict {
  const { prune, ignoreExtraneous, mistakes } = optionsOf(object, policy.syncOptions);
  if (ignoreExtraneous || wanted.has(object.metadata.uid ?? "") || hookOf(object) !== undefined) return "ignore";
  if (!policy.automated) return { keep: "is not in Git; a manual Application does not prune" };
  if (!policy.prune) return { keep: "is not in Git; prune is off" };
  if (mistakes.length > 0) return { keep: `is not in Git, but kept: ${mistakes.join("; ")}` };
  if (prune === "false") return { keep: "is not in Git; the sync option Prune=false keeps it" };
  if (isKeptByHelm(object)) return { keep: "is not in Git; its own annotation helm.sh/resource-policy keeps it" };
  if (isProtected(object)) {
    return { keep: `is not in Git, but a ${object.kind} is only removed when it says so itself` };
  }
  const refusal = refuseRemoval(object, policy);
  if (refusal !== undefined) return { keep: `is not in Git, but ${refusal}` };
  if (prune === "confirm" && !isApprovedSince(policy.deletionApproved, since))
    return { keep: `is not in Git; its removal waits for approval${since === undefined ? "" : howToApprove(since)}` };
  return "prune";
}

function howToApprove(since: string): string {
  return `: annotate the Application with ${DELETION_APPROVED}: "${since}" or a later time`;
}

/** Objects of ours that Git has neither as they are nor as a hook, and that no hook has run as. */
export function extrasIn(
  live: ReadonlyMap<string, Manifest>,
  desired: Readonly<Record<string, string>>,
  hooks: Readonly<Record<string, string>>,
): ReadonlyMap<string, Manifest> {
  const isKnown = (text: string) => Object.hasOwn(desired, text) || Object.hasOwn(hooks, text);
  return new Map([...live].filter(([text, object]) => !isKnown(text) && hookOf(object) === undefined));
}

/** The uids of the desired objects that exist. */
export function wantedUids(
  live: ReadonlyMap<string, Manifest>,
  desired: Readonly<Record<string, string>>,
): ReadonlySet<string> {
  return new Set([...live].flatMap(([text, { metadata }]) => (text in desired ? (metadata.uid ?? []) : [])));
}
