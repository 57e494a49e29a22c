import type { Api } from "./api.ts";
import type { ApiObject } from "./object.ts";
import { targetOf } from "./object.ts";
import { objectPath } from "./path.ts";
import type { Resolve } from "./resolve.ts";

export interface ApplyOptions {
  /** Field manager: who states these fields. */
  readonly manager: string;
  /** Takes fields that others own. Without it they are a Conflict. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

/**
 * Server-side apply: makes the object what the manifest states, and nothing else of it. May be repeated safely.
 * @returns the object as the server has it now
 * @throws GitOpsError Conflict naming the other managers, Invalid naming the fields (unknown and duplicate ones as well)
 */
export async function apply(
  api: Api,
  resolve: Resolve,
  manifest: ApiObject,
  options: ApplyOptions,
): Promise<ApiObject> {
  const target = targetOf(manifest);
  const subject = { verb: options.dryRun ? "dry-run" : "apply", ...target };
  const kind = await resolve(subject);
  const query = {
    fieldManager: options.manager,
    force: String(options.force),
    fieldValidation: "Strict",
    dryRun: options.dryRun ? "All" : undefined,
  };
  // JSON is YAML, and it is read much faster.
  const body = { type: "application/apply-patch+yaml", json: manifest };
  return (await api.call({ subject, method: "PATCH", path: objectPath(kind, target), query, body })) as ApiObject;
}
