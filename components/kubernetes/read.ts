import type { Api } from "./api.ts";
import { causeIn, failure } from "./errors.ts";
import { isGitOpsError } from "../error.ts";
import type { ApiObject, Target } from "./object.ts";
import { objectPath } from "./path.ts";
import type { Resolve } from "./resolve.ts";

/**
 * Reads one object.
 * @returns undefined when the server says that there is no object of that name
 * @throws GitOpsError NotFound when it is the kind that is not there
 */
export async function get(api: Api, resolve: Resolve, target: Target): Promise<ApiObject | undefined> {
  const subject = { verb: "get", ...target };
  const kind = await resolve(subject);
  try {
    return (await api.call({ subject, method: "GET", path: objectPath(kind, target) })) as ApiObject;
  } catch (error) {
    if (isAbsent(error, target.name)) return undefined;
    throw error;
  }
}

/** Whether a 404 means this very object, and neither its kind nor its namespace nor a wrong path. */
export function isAbsent(error: unknown, name: string): boolean {
  const cause = causeIn(error);
  return cause?.status === 404 && cause.reason === "NotFound" && cause.name === name;
}

/**
 * The identity of a cluster, whatever its address: the uid of its namespace kube-system.
 * @throws GitOpsError Forbidden that says which right is missing
 */
export async function readClusterId(api: Api): Promise<string> {
  const subject = { verb: "get", group: "", kind: "Namespace", namespace: "", name: "kube-system" };
  try {
    const { metadata } = (await api.call({
      subject,
      method: "GET",
      path: "/api/v1/namespaces/kube-system",
    })) as ApiObject;
    if (typeof metadata.uid === "string") return metadata.uid;
  } catch (error) {
    if (!isGitOpsError(error) || error.code !== "Forbidden") throw error;
    throw failure(
      subject,
      "Forbidden",
      "its uid tells one cluster from another; grant the verb get on the namespace kube-system",
    );
  }
  throw failure(subject, "Failed", "the answer has no uid");
}
