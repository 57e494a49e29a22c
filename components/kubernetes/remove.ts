import type { Api } from "./api.ts";
import type { Target } from "./object.ts";
import { objectPath } from "./path.ts";
import { isAbsent } from "./read.ts";
import type { Resolve } from "./resolve.ts";

export interface RemoveOptions {
  /** The object that was judged; another one of the same name is left alone. */
  readonly uid: string;
  /** The object as it was judged; a changed one is left alone. */
  readonly resourceVersion?: string;
  readonly propagation: "Foreground" | "Background" | "Orphan";
}

/**
 * Deletes exactly the object that was judged. May be repeated safely.
 * @returns "deleted" once the server has accepted it (finalizers may take longer), "gone" when there was none any more
 * @throws GitOpsError Conflict when the object is another one, or has changed
 */
export async function remove(
  api: Api,
  resolve: Resolve,
  target: Target,
  { uid, resourceVersion, propagation }: RemoveOptions,
): Promise<"deleted" | "gone"> {
  const subject = { verb: "delete", ...target };
  const kind = await resolve(subject);
  const json = {
    apiVersion: "v1",
    kind: "DeleteOptions",
    propagationPolicy: propagation,
    preconditions: { uid, ...(resourceVersion !== undefined && { resourceVersion }) },
  };
  try {
    await api.call({
      subject,
      method: "DELETE",
      path: objectPath(kind, target),
      body: { type: "application/json", json },
    });
    return "deleted";
  } catch (error) {
    if (isAbsent(error, target.name)) return "gone";
    throw error;
  }
}
