import { isGitOpsError } from "../error.ts";
import { parseJson } from "../exact-json.ts";
import type { Api } from "./api.ts";
import type { KindInfo } from "./discovery.ts";
import type { Subject } from "./errors.ts";
import { failure, statusFailure } from "./errors.ts";
import { linesOf } from "./lines.ts";
import type { ListOptions } from "./list.ts";
import type { ApiObject } from "./object.ts";
import { collectionPath } from "./path.ts";
import type { Status } from "./status.ts";

/** BOOKMARK: nothing happened until this resourceVersion; the object has nothing else to tell. */
export interface ObjectEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: ApiObject;
}

/** A short life: a connection that died without a sign is noticed when it is over, and resuming is cheap. */
const LIFE_S = 60;
const GRACE_S = 10;
const TYPES: readonly string[] = ["ADDED", "MODIFIED", "DELETED", "BOOKMARK"];

/**
 * One stream of changes, until the server ends it.
 * @param onOpen told when the server has agreed to send changes
 * @throws GitOpsError when it cannot be opened, breaks, or tells of an error
 */
export async function* watchOnce(
  api: Api,
  kind: KindInfo,
  options: ListOptions,
  from: string,
  onOpen: () => void,
): AsyncGenerator<ObjectEvent> {
  const { labelSelector, namespace = "", signal } = options;
  const subject = { verb: "watch", group: kind.group, kind: kind.kind, namespace, name: "" };
  const query = {
    watch: "1",
    labelSelector,
    resourceVersion: from,
    allowWatchBookmarks: "true",
    timeoutSeconds: String(LIFE_S),
  };
  const response = await api.open({
    subject,
    method: "GET",
    path: collectionPath(kind, namespace),
    query,
    ...(signal && { signal }),
  });
  onOpen();
  const end = setTimeout(() => response.destroy(), (LIFE_S + GRACE_S) * 1000);
  try {
    for await (const line of linesOf(response)) if (line.trim() !== "") yield parseEvent(subject, line);
  } catch (error) {
    if (isGitOpsError(error)) throw error;
    api.outage.noticed();
    throw failure(subject, "Unavailable", "the connection broke");
  } finally {
    clearTimeout(end);
    response.destroy();
  }
}

function parseEvent(subject: Subject, line: string): ObjectEvent {
  const event = parseLine(line);
  if (event?.type === "ERROR") throw errorEvent(subject, event.object as Status | undefined);
  if (event === undefined || !TYPES.includes(event.type) || typeof event.object?.metadata?.resourceVersion !== "string")
    throw failure(subject, "Unavailable", "the server sent something that is no event");
  return event as ObjectEvent;
}

interface Line {
  readonly type: string;
  readonly object?: { readonly metadata?: { readonly resourceVersion?: unknown } };
}

function parseLine(line: string): Line | undefined {
  try {
    const event = parseJson(line) as Line | null;
    return typeof event?.type === "string" ? event : undefined;
  } catch {
    return undefined;
  }
}

function errorEvent(subject: Subject, status: Status | undefined) {
  return statusFailure(subject, status?.code ?? 500, status);
}
