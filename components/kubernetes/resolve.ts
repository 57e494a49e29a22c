import type { Discover, KindInfo } from "./discovery.ts";
import type { Subject } from "./errors.ts";
import { causeIn, failure } from "./errors.ts";
import { isGitOpsError } from "../error.ts";

/**
 * The kind of an object that is about to be named in a path.
 * @throws GitOpsError NotFound when the cluster does not serve the kind, Unavailable when its group does not answer,
 *   Invalid when a name or the namespace of a namespaced object is missing
 */
export type Resolve = (subject: Subject) => Promise<KindInfo>;

/** A kind that was not there may have come since, with its CustomResourceDefinition; so many ms an answer is good for. */
const FRESH_MS = 1000;

export function createResolve(discover: Discover, now: () => number): Resolve {
  let asked = -Infinity;
  let asking: ReturnType<Discover> | undefined;

  function again(): ReturnType<Discover> {
    if (asking === undefined || now() - asked > FRESH_MS) {
      asked = now();
      asking = discover({ fresh: true });
    }
    return asking;
  }

  return async (subject) => {
    const { group, kind, version } = subject;
    const info = (await discover()).kindOf(group, kind, version) ?? (await again()).kindOf(group, kind, version);
    if (info === undefined) throw unknownKind(subject, await discover());
    const missing =
      info.namespaced && subject.namespace === "" ? "namespace" : subject.name === "" ? "name" : undefined;
    if (missing !== undefined) throw failure(subject, "Invalid", `metadata.${missing}: expected one, found none`);
    return info;
  };
}

/** Whether a NotFound means that the cluster does not serve the kind, as opposed to an object or a namespace. */
export function isUnknownKind(error: unknown): boolean {
  return isGitOpsError(error) && error.code === "NotFound" && causeIn(error) === undefined;
}

function unknownKind(subject: Subject, { incomplete, kindOf }: Awaited<ReturnType<Discover>>) {
  const { group, kind, version } = subject;
  const where = group === "" ? "the core API group" : `the API group ${group}`;
  if (incomplete.includes(group)) return failure(subject, "Unavailable", `${where} does not answer`);
  const other = kindOf(group, kind);
  if (other === undefined)
    return failure(subject, "NotFound", `the cluster does not know the kind ${kind} in ${where}`);
  return failure(
    subject,
    "NotFound",
    `the cluster serves ${kind} of ${where} as ${other.version}, not as ${version ?? ""}`,
  );
}
