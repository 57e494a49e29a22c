import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { assessCustomResource } from "./custom-resource.ts";
import { read, readText } from "./reading.ts";
import { generationOf, progressing } from "./results.ts";

/**
 * ExternalSecret. Argo CD: external-secrets.io/ExternalSecret/health.lua, but not ready is Progressing, because it is retried, and so is
 * ready for an older generation: its conditions do not say which one they are about, only `status.syncedResourceVersion` does.
 */
export function assessExternalSecret(secret: Manifest): Health {
  const health = assessCustomResource(secret) ?? progressing("waiting for the first synchronization");
  if (health.status !== "Healthy" || !isRefreshed(secret)) return health;
  const synced = syncedGeneration(secret);
  return synced < generationOf(secret) ? progressing(`generation ${synced} is synchronized, not the newest`) : health;
}

/** From `<generation>-<hash>`; infinite when there is none, so that nothing is awaited that this version may not write. */
function syncedGeneration(secret: Manifest): number {
  const found = /^(\d+)-/.exec(readText(secret, "status", "syncedResourceVersion"));
  return found === null ? Infinity : Number(found[1]);
}

/** Whether a change of the specification makes the operator fetch again (External Secrets, `shouldRefresh`). */
function isRefreshed(secret: Manifest): boolean {
  if (read(secret, "spec", "target", "immutable") === true) return false;
  const policy = readText(secret, "spec", "refreshPolicy");
  if (policy === "CreatedOnce" || policy === "OnChange") return policy === "OnChange";
  const interval = readText(secret, "spec", "refreshInterval");
  return interval === "" || /[1-9]/.test(interval);
}
