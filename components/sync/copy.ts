import { randomBytes } from "node:crypto";

import { isGitOpsError } from "../error.ts";
import type { Client } from "../kubernetes/client.ts";
import { withoutUnknown } from "../manifest/known.ts";
import type { Manifest } from "../manifest/object.ts";

/** For a dry-run of an object as if there were none of its name: under a name that nobody has. */
export function copyOf(manifest: Manifest): Manifest {
  const stem = manifest.metadata.name.slice(0, 40).replace(/[^A-Za-z0-9]+$/, "");
  return { ...manifest, metadata: { ...manifest.metadata, name: `${stem}-${randomBytes(4).toString("hex")}` } };
}

/** Whether the API server would make such an object, so that a refusal of the one that exists is about changing it. */
export async function canBeMade(client: Client, manifest: Manifest, manager: string): Promise<boolean> {
  try {
    await client.apply(copyOf(manifest), { manager, force: true, dryRun: true });
    return true;
  } catch (error) {
    if (isGitOpsError(error) && !error.retryable) return false;
    throw error;
  }
}

/** The manifest without the fields that the API server does not know (`Validate=false`). Server-side apply refuses them whatever it is told. */
export async function knownPart(client: Client, manifest: Manifest, manager: string): Promise<Manifest> {
  const accepted = await client.create(copyOf(manifest), { manager, dryRun: true, fieldValidation: "Ignore" });
  return withoutUnknown(manifest, accepted);
}
