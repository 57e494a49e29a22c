import { GitOpsError } from "../error.ts";
import { CLOSED, decideWindows } from "../project/windows.ts";
import type { CheckedInputs, Policy, SyncOutputs } from "../sync.protocol.ts";
import { hasLeft } from "./members.ts";
import type { SyncRecord } from "./record.ts";
import { skip } from "./skip.ts";

/** Set to "true" by a person for a run of their own: a window with manualSync does not hold that up. */
const MANUAL_SYNC = "PULUMI_GITOPS_MANUAL_SYNC";

/** Why the windows of an Application permit no sync now: a sentence. Undefined when they do. */
export function closedWindow({ windows }: Policy, now = new Date(), env = process.env): string | undefined {
  if (windows === undefined) return undefined;
  const decision = decideWindows(windows, now);
  if (decision.open) return undefined;
  if (!decision.manual) return decision.reason;
  return env[MANUAL_SYNC] === "true" ? undefined : `${decision.reason}, or for a person with ${MANUAL_SYNC}=true`;
}

export function isAboutWindow(sentence: string): boolean {
  return sentence.startsWith(CLOSED);
}

/** What the state keeps of a new Application for which no window is open: that all of it is still to be made. */
export async function awaitFirstWindow(inputs: CheckedInputs, closed: string): Promise<SyncRecord> {
  const undecided = { ...inputs, images: {}, builtAt: undefined, fromGit: undefined };
  return { ...(await skip(undecided)), complete: false, conditions: [closed], health: `Missing: ${closed}` };
}

/**
 * What Git drops while no window is open stays until one is. `pulumi destroy`, which sees no Git, is a person's.
 * @throws GitOpsError Refused
 */
export function refuseClosedRemoval({ environment, application, policy }: SyncOutputs): void {
  const closed = hasLeft(environment, application) ? closedWindow(policy) : undefined;
  if (closed === undefined) return;
  throw new GitOpsError(`${environment}/${application} is gone from Git, but nothing of it was deleted: ${closed}`, {
    code: "Refused",
  });
}
