import type { Api } from "./api.ts";
import type { ApiObject, Target } from "./object.ts";
import { objectPath } from "./path.ts";
import type { Resolve } from "./resolve.ts";

/** One operation of RFC 6902. */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
  readonly from?: string;
}

export interface PatchOptions {
  readonly manager: string;
}

const VERSION = "/metadata/resourceVersion";

/**
 * Applies a JSON patch. Operations on `/metadata/resourceVersion` make it a Conflict when the object has changed since;
 * only such a patch is repeated when its answer gets lost.
 * @throws GitOpsError NotFound, Conflict, Invalid
 */
export async function patchJson(
  api: Api,
  resolve: Resolve,
  target: Target,
  operations: readonly JsonPatchOperation[],
  { manager }: PatchOptions,
): Promise<ApiObject> {
  const subject = { verb: "patch", ...target };
  const kind = await resolve(subject);
  const repeat = operations.some(({ path }) => path === VERSION) ? "always" : "unless sent";
  const body = { type: "application/json-patch+json", json: operations };
  const call = {
    subject,
    method: "PATCH",
    path: objectPath(kind, target),
    query: { fieldManager: manager },
    body,
    repeat,
  } as const;
  return (await api.call(call)) as ApiObject;
}
