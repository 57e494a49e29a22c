import { GitOpsError, isGitOpsError } from "../error.ts";
import type { Client } from "../kubernetes/client.ts";
import type { Manifest } from "../manifest/object.ts";
import { formatRef } from "../manifest/object.ts";
import type { CheckedInputs } from "../sync.protocol.ts";
import { settleMetadata } from "./namespace-metadata.ts";
import { fieldManager } from "./rules.ts";

/**
 * Argo CD's CreateNamespace=true: made when it is missing, left as it is when it is there, and not tracked, so it is
 * never pruned or deleted; only what `managedNamespaceMetadata` names is kept as it says. One that Git has itself is an object like any other.
 */
export async function ensureNamespace(client: Client, inputs: CheckedInputs): Promise<void> {
  const { policy, manifests } = inputs;
  const target = { group: "", kind: "Namespace", namespace: "", name: policy.namespace };
  if (!policy.createNamespace || Object.hasOwn(manifests, formatRef(target))) return;
  const live = (await client.get(target)) as Manifest | undefined;
  if (live?.metadata.deletionTimestamp !== undefined) throw beingDeleted(policy.namespace);
  await settleMetadata(client, inputs, live ?? (await create(client, inputs)));
}

/** In a namespace that is going nothing can be made; once it is gone, it can be made anew. */
function beingDeleted(name: string): GitOpsError {
  return new GitOpsError(`Namespace ${name}: is being deleted; it can be made again when it is gone`, {
    code: "Refused",
    ref: `Namespace ${name}`,
    retryable: true,
  });
}

async function create(client: Client, { environment, policy }: CheckedInputs): Promise<Manifest> {
  const manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: policy.namespace } };
  try {
    return await client.create(manifest, { manager: fieldManager(environment) });
  } catch (error) {
    // Another Application of the same environment was faster.
    if (!isGitOpsError(error) || error.code !== "Conflict") throw error;
    const target = { group: "", kind: "Namespace", namespace: "", name: policy.namespace };
    return ((await client.get(target)) as Manifest | undefined) ?? manifest;
  }
}
