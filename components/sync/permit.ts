import { GitOpsError } from "../error.ts";
import type { ApiObject, Client, Discovery } from "../kubernetes/client.ts";
import type { Manifest, ObjectRef } from "../manifest/object.ts";
import { formatRef, refOf } from "../manifest/object.ts";
import type { ProjectRules } from "../project/project.ts";
import { refuseNamespace, refuseObject } from "../project/rules.ts";
import type { Policy } from "../sync.protocol.ts";
import type { Cluster } from "./cluster.ts";

/** The same cluster, which refuses every write that the Application's project does not permit before it is sent, dry-runs included. */
export function permitted(cluster: Cluster, policy: Policy): Cluster {
  const { project } = policy;
  return project === undefined ? cluster : { ...cluster, client: lock(cluster.client, project, policy) };
}

/** Spelt out, so that a new way to write is not forgotten here. */
function lock(client: Client, rules: ProjectRules, policy: Policy): Client {
  const ask = (ref: ObjectRef) => refuse(client, rules, ref);
  const { discover, clusterId, get, listMetadata, list, watch, close } = client;
  return {
    ...{ discover, clusterId, get, listMetadata, list, watch, close },
    apply: async (manifest, options) => {
      await ask(refOf(manifest));
      return client.apply(manifest, options);
    },
    create: async (manifest, options) => {
      if (isOwnNamespace(manifest, policy)) refuseDestination(rules, manifest);
      else await ask(refOf(manifest));
      return client.create(manifest, options);
    },
    patchJson: async (target, operations, options) => {
      await ask(target);
      return client.patchJson(target, operations, options);
    },
    remove: async (target, options) => {
      await ask(target);
      return client.remove(target, options);
    },
    guarded: (guard) => lock(client.guarded(guard), rules, policy),
  };
}

/** As in Argo CD, `CreateNamespace=true` needs the namespace as a destination, not the kind. */
function isOwnNamespace(manifest: ApiObject, { createNamespace, namespace }: Policy): boolean {
  const { group, kind, name } = refOf(manifest);
  return createNamespace && group === "" && kind === "Namespace" && name === namespace;
}

function refuseDestination(rules: ProjectRules, manifest: ApiObject): void {
  const ref = refOf(manifest);
  const refusal = refuseNamespace(rules, ref.name);
  if (refusal !== undefined) throw refused(ref, refusal);
}

/** The cluster itself tells whether a kind lives in namespaces: that a manifest names one proves nothing. */
async function refuse(client: Client, rules: ProjectRules, ref: ObjectRef): Promise<void> {
  const isNamed = (discovery: Discovery) => discovery.kindOf(ref.group, ref.kind);
  const kind = isNamed(await client.discover()) ?? isNamed(await client.discover({ fresh: true }));
  if (kind === undefined) {
    const message = `${formatRef(ref)}: the cluster does not know the kind, so project ${rules.project} cannot permit it`;
    throw new GitOpsError(message, { code: "NotFound", ref: formatRef(ref) });
  }
  const refusal = refuseObject(rules, ref, kind.namespaced);
  if (refusal !== undefined) throw refused(ref, refusal);
}

function refused(ref: ObjectRef, refusal: string): GitOpsError {
  return new GitOpsError(`${formatRef(ref)}: ${refusal}`, { code: "Refused", ref: formatRef(ref) });
}

/** Why a live object may not be removed; undefined when it may. One that is in a namespace says so. */
export function refuseRemoval(object: Manifest, { project }: Policy): string | undefined {
  return project && refuseObject(project, refOf(object), object.metadata.namespace !== undefined);
}
