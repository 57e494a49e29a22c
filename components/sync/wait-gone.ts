import { setTimeout as sleep } from "node:timers/promises";

import pMap from "p-map";

import { GitOpsError } from "../error.ts";
import type { Client } from "../kubernetes/client.ts";
import type { Manifest } from "../manifest/object.ts";
import { refOf } from "../manifest/object.ts";
import { textOf } from "./plan.ts";

const LOOK_EVERY_MS = 250;
const LOOKS_AT_ONCE = 16;

/**
 * Waits until deleted objects are really gone: foreground deletion and finalizers take their time.
 * @throws GitOpsError Timeout naming the objects and the finalizers they wait for; finalizers are never stripped
 */
export async function waitGone(client: Client, objects: readonly Manifest[], timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let left = objects;
  for (;;) {
    left = (await pMap(left, (object) => stillThere(client, object), { concurrency: LOOKS_AT_ONCE })).filter(
      (object) => object !== undefined,
    );
    if (left.length === 0) return;
    if (performance.now() > deadline) throw stuck(left);
    await sleep(LOOK_EVERY_MS);
  }
}

async function stillThere(client: Client, object: Manifest): Promise<Manifest | undefined> {
  const live = (await client.get(refOf(object))) as Manifest | undefined;
  return live?.metadata.uid === object.metadata.uid ? live : undefined;
}

function stuck(objects: readonly Manifest[]): GitOpsError {
  const names = objects.map((object) => {
    const finalizers = object.metadata["finalizers"] as readonly string[] | undefined;
    return `${textOf(object)}${finalizers === undefined ? "" : ` (waits for ${finalizers.join(", ")})`}`;
  });
  return new GitOpsError(`still being deleted: ${names.join("; ")}`, { code: "Timeout" });
}
