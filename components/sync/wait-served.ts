import { setTimeout as sleep } from "node:timers/promises";

import { GitOpsError } from "../error.ts";
import type { Client } from "../kubernetes/client.ts";
import type { Manifest } from "../manifest/object.ts";
import { textOf } from "./plan.ts";

const LOOK_EVERY_MS = 200;

interface Definition {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

/**
 * Waits until the API server offers the kinds of these definitions: it says "Established" a moment before its discovery shows them.
 * @throws GitOpsError Timeout naming the definitions that are not served
 */
export async function waitServed(client: Client, definitions: readonly Manifest[], timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let left = definitions;
  while (left.length > 0) {
    const { kindOf } = await client.discover({ fresh: true });
    left = left.filter((definition) => !isServed(definition, kindOf));
    if (left.length === 0) return;
    if (performance.now() > deadline) throw notServed(left);
    await sleep(LOOK_EVERY_MS);
  }
}

type KindOf = Awaited<ReturnType<Client["discover"]>>["kindOf"];

function isServed(definition: Manifest, kindOf: KindOf): boolean {
  const { group, names, versions } = definition["spec"] as Definition;
  return versions.filter(({ served }) => served).every(({ name }) => kindOf(group, names.kind, name) !== undefined);
}

function notServed(definitions: readonly Manifest[]): GitOpsError {
  const names = definitions.map(textOf).join(", ");
  return new GitOpsError(`established, but not served by the API server yet: ${names}`, {
    code: "Timeout",
    retryable: true,
  });
}
