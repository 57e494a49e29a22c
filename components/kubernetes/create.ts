import { isGitOpsError } from "../error.ts";
import type { Api } from "./api.ts";
import { failure } from "./errors.ts";
import type { ApiObject } from "./object.ts";
import { targetOf } from "./object.ts";
import { collectionPath } from "./path.ts";
import { get } from "./read.ts";
import type { Resolve } from "./resolve.ts";

export interface CreateOptions {
  readonly manager: string;
  /** Makes nothing, but answers as if. @default false */
  readonly dryRun?: boolean;
  /** What becomes of fields that the server does not know: `Strict` refuses them, `Ignore` drops them. @default "Strict" */
  readonly fieldValidation?: "Strict" | "Ignore";
}

/** How often a creation is tried whose answer got lost. */
const ATTEMPTS = 3;

/**
 * Creates an object that must not exist yet. When the answer gets lost, it is looked up whether the object is there before
 * anything is sent again.
 * @throws GitOpsError Conflict when it exists already
 */
export async function create(
  api: Api,
  resolve: Resolve,
  manifest: ApiObject,
  { manager, dryRun = false, fieldValidation = "Strict" }: CreateOptions,
): Promise<ApiObject> {
  const target = targetOf(manifest);
  const subject = { verb: dryRun ? "dry-run" : "create", ...target };
  const kind = await resolve(subject);
  const query = { fieldManager: manager, fieldValidation, dryRun: dryRun ? "All" : undefined };
  const body = { type: "application/json", json: manifest };
  const path = collectionPath(kind, target.namespace);
  for (let attempt = 1; ; attempt++) {
    try {
      return (await api.call({ subject, method: "POST", path, query, body, repeat: "unless sent" })) as ApiObject;
    } catch (error) {
      if (!mayHaveHappened(error)) throw error;
      const live = await get(api, resolve, target);
      if (live !== undefined && wasCreatedBy(live, manager)) return live;
      if (live !== undefined) throw failure(subject, "Conflict", "it exists already, made by somebody else");
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

function mayHaveHappened(error: unknown): boolean {
  return isGitOpsError(error) && (error.code === "Unavailable" || error.code === "Timeout");
}

function wasCreatedBy({ metadata }: ApiObject, manager: string): boolean {
  const entries = (metadata["managedFields"] ?? []) as readonly {
    readonly manager?: string;
    readonly operation?: string;
  }[];
  return entries.some((entry) => entry.manager === manager && entry.operation === "Update");
}
