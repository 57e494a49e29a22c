import { GitOpsError } from "../error.ts";
import type { Health } from "../manifest/health.ts";
import { assess, hasHealth } from "../manifest/health.ts";
import type { Manifest, ObjectRef } from "../manifest/object.ts";
import { formatRef } from "../manifest/object.ts";
import type { Cluster } from "./cluster.ts";
import { explain } from "./explain.ts";
import type { Hub } from "./hub.ts";
import { hubOf } from "./hub.ts";

export interface WaitOptions {
  readonly environment: string;
  readonly timeoutMs: number;
  /** Object -> resourceVersion of our last write: an older state says nothing about it. */
  readonly notBefore: ReadonlyMap<string, string>;
  readonly onProgress: (sentence: string) => void;
  /** Hooks are to finish: one that is suspended is waited for, one that is gone or cannot be judged has failed. @default false */
  readonly asHooks?: boolean;
}

/** Degraded for these means: as of now, the metrics are not there yet. A new workload always begins like that. */
const RECOVERS = new Set(["HorizontalPodAutoscaler"]);

/**
 * Waits by watch until every object is healthy or has no opinion on health.
 * @throws GitOpsError naming the object and the reason when one is degraded, or not healthy in time
 */
export async function waitHealthy(cluster: Cluster, refs: readonly ObjectRef[], options: WaitOptions): Promise<void> {
  const awaited = refs.filter(hasHealth);
  if (awaited.length === 0) return;
  const pending = new Map(awaited.map((ref) => [formatRef(ref), { ref, health: UNSEEN }]));
  const hubs = new Map(
    await Promise.all(
      awaited.map(async (ref) => [formatRef(ref), await hubFor(cluster, ref, options.environment)] as const),
    ),
  );
  let last = "";
  const tell = (sentence: string) => {
    if (sentence !== last) options.onProgress(sentence);
    last = sentence;
  };
  const { promise: settled, resolve } = Promise.withResolvers<"healthy" | Pending>();
  const { asHooks = false } = options;
  const seen = new Set<string>();
  const judge = (ref: ObjectRef, object: Manifest | undefined) => {
    const isGone = asHooks && object === undefined && seen.has(formatRef(ref)) && pending.has(formatRef(ref));
    const health = isGone ? GONE : healthOf(ref, object, options.notBefore);
    if (health !== UNSEEN) seen.add(formatRef(ref));
    if (isFinalFailure(ref, health, asHooks)) resolve({ ref, health });
    if (health.status === "Healthy" || (health.status === "Suspended" && !asHooks)) pending.delete(formatRef(ref));
    else pending.set(formatRef(ref), { ref, health });
    tell(progressOf(awaited.length, pending));
    if (pending.size === 0) resolve("healthy");
  };
  const stops = awaited.map((ref) => hubs.get(formatRef(ref))?.follow(formatRef(ref), (object) => judge(ref, object)));
  try {
    const outcome = await Promise.race([
      settled,
      timeout(options.timeoutMs),
      ...new Set([...hubs.values()].map((hub) => hub.broken)),
    ]);
    if (outcome === "timeout") throw await timedOut(cluster, pending, options);
    if (outcome !== "healthy") throw failure(outcome.ref, outcome.health, await explain(cluster.client, outcome.ref));
  } finally {
    for (const stop of stops) stop?.();
  }
}

interface Pending {
  readonly ref: ObjectRef;
  readonly health: Health;
}

const UNSEEN: Health = { status: "Missing", message: "has not appeared yet" };
const GONE: Health = { status: "Unknown", message: "disappeared before it was done" };
const HEALTHY: Health = { status: "Healthy", message: "" };

function healthOf(ref: ObjectRef, object: Manifest | undefined, notBefore: WaitOptions["notBefore"]): Health {
  const { resourceVersion = "0" } = object?.metadata ?? {};
  // Comparable since Kubernetes promised it (KEP-5504); before that etcd revisions were numbers all the same.
  const isStale = BigInt(resourceVersion) < BigInt(notBefore.get(formatRef(ref)) ?? "0");
  return object === undefined || isStale ? UNSEEN : (assess(object) ?? HEALTHY);
}

async function hubFor(cluster: Cluster, { group, kind, namespace }: ObjectRef, environment: string): Promise<Hub> {
  const info = (await cluster.client.discover()).kindOf(group, kind);
  if (info === undefined) throw new GitOpsError(`the cluster does not know ${kind} of ${group}`, { code: "NotFound" });
  return hubOf(cluster, environment, info, namespace);
}

function isFinalFailure({ kind }: ObjectRef, { status }: Health, asHooks: boolean): boolean {
  if (asHooks) return status === "Degraded" || status === "Unknown";
  return status === "Degraded" && !RECOVERS.has(kind);
}

function timeout(ms: number): Promise<"timeout"> {
  return new Promise((resolve) => {
    setTimeout(() => resolve("timeout"), ms).unref();
  });
}

function progressOf(total: number, pending: ReadonlyMap<string, Pending>): string {
  const [first] = pending.values();
  const detail = first === undefined ? "" : `: ${formatRef(first.ref)}: ${first.health.message}`;
  return `${total - pending.size} of ${total} healthy${detail}`;
}

async function timedOut(
  cluster: Cluster,
  pending: ReadonlyMap<string, Pending>,
  { timeoutMs }: WaitOptions,
): Promise<GitOpsError> {
  const errors = await Promise.all(
    [...pending.values()].map(
      async ({ ref, health }) => failure(ref, health, await explain(cluster.client, ref)).message,
    ),
  );
  return new GitOpsError(`not healthy after ${Math.round(timeoutMs / 1000)} s: ${errors.join("; ")}`, {
    code: "Timeout",
  });
}

function failure(ref: ObjectRef, { status, message }: Health, explanation: string): GitOpsError {
  const text = formatRef(ref);
  return new GitOpsError(`${text}: ${status}: ${message}${explanation === "" ? "" : `; ${explanation}`}`, {
    code: "Failed",
    ref: text,
  });
}
