import type { Client } from "../kubernetes/client.ts";
import { assess } from "../manifest/health.ts";
import type { Manifest, ObjectRef } from "../manifest/object.ts";
import { formatRef, refOf } from "../manifest/object.ts";

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** Why a workload is not healthy, in the words of its first pod in trouble; "" when its pods do not tell. */
export async function explain(client: Client, ref: ObjectRef): Promise<string> {
  try {
    const pods = await podsOf(client, ref);
    const [reason] = pods.flatMap(troubleOf);
    return reason ?? "";
  } catch {
    // The explanation is a courtesy: without the right to list pods the failure itself is still reported.
    return "";
  }
}

async function podsOf(client: Client, ref: ObjectRef): Promise<readonly Manifest[]> {
  const workload = (await client.get(ref)) as Manifest | undefined;
  const labels = (workload?.["spec"] as { selector?: Selector } | undefined)?.selector?.matchLabels;
  const kind = (await client.discover()).kindOf("", "Pod");
  if (labels === undefined || kind === undefined) return [];
  const labelSelector = Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
  const { items } = await client.list(kind, { labelSelector, namespace: ref.namespace });
  return items;
}

function troubleOf(pod: Manifest): readonly string[] {
  const health = assess(pod);
  if (health === undefined || health.status === "Healthy") return [];
  const waiting = waitingReasons(pod);
  const detail = [health.message, ...waiting.filter((reason) => !health.message.includes(reason))].filter(
    (part) => part !== "",
  );
  return [`${formatRef(refOf(pod))}: ${detail.length === 0 ? health.status : detail.join(": ")}`];
}

function waitingReasons(pod: Manifest): readonly string[] {
  const { containerStatuses = [] } = (pod["status"] ?? {}) as {
    containerStatuses?: readonly { state?: { waiting?: { reason?: string } } }[];
  };
  return containerStatuses.flatMap(({ state }) => state?.waiting?.reason ?? []);
}
