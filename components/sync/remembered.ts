import type { CheckedInputs, SyncOutputs } from "../sync.protocol.ts";
import { identityOf } from "../sync.protocol.ts";

/** What the outputs of the last sync remember of its inputs. */
export type Remembered = Omit<CheckedInputs, "manifests" | "hooks">;

export function rememberedOf(outputs: SyncOutputs): Remembered {
  const { images, claim } = outputs;
  return { ...identityOf(outputs), images, claim, health: "Healthy" };
}

/**
 * The inputs of the last sync, out of those that the engine has: they may be of a later run that was on hold, or decided otherwise and had
 * nothing to write. A resource under another name that takes the place of one that was read has another claim, and learns nothing of it: with
 * the same claim the deletion of the first would take all objects along.
 * @param remembered absent where `read` has given the engine its inputs, or where nothing was read
 */
export function recall(kept: Partial<CheckedInputs>, remembered: Remembered | undefined): Partial<CheckedInputs> {
  if (remembered === undefined || kept.claim !== remembered.claim) return kept;
  const { manifests, hooks } = kept;
  return { ...remembered, ...(manifests && { manifests }), ...(hooks && { hooks }) };
}
