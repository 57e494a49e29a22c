import type { NamespaceMetadata } from "../application/application.ts";
import { GitOpsError, isGitOpsError } from "../error.ts";
import type { Client } from "../kubernetes/client.ts";
import type { ManagedFieldsEntry } from "../manifest/fields.ts";
import { leavesOf, nodeAt, ownEntry } from "../manifest/fields.ts";
import { digest } from "../manifest/json.ts";
import type { Manifest } from "../manifest/object.ts";
import type { CheckedInputs, Identity, Policy } from "../sync.protocol.ts";
import { fieldManager } from "./rules.ts";

type Texts = Readonly<Record<string, string>>;

const MAPS = ["labels", "annotations"] as const;
const NOTHING: NamespaceMetadata = { labels: {}, annotations: {} };

/** Several Applications share a namespace, and each takes back what it alone has put there. */
function managerOf({ environment, application }: Pick<Identity, "environment" | "application">): string {
  return `${fieldManager(environment)}-namespace-${application.slice(0, 30)}-${digest(application).slice(0, 8)}`;
}

/**
 * Makes the labels and annotations of `managedNamespaceMetadata` those of the namespace, and takes back what it named before. The
 * namespace itself is not tracked, so it is never pruned.
 * @throws GitOpsError Refused when another Application states another value
 */
export async function settleMetadata(client: Client, inputs: CheckedInputs, live: Manifest): Promise<void> {
  const wanted = inputs.policy.namespaceMetadata ?? NOTHING;
  const manager = managerOf(inputs);
  if (isSettled(wanted, live, manager)) return;
  const manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: live.metadata.name, ...wanted } };
  try {
    await client.apply(manifest, { manager, force: false, dryRun: false });
  } catch (error) {
    if (!isGitOpsError(error) || error.code !== "Conflict") throw error;
    refuseRivals(wanted, live, manager);
    await client.apply(manifest, { manager, force: true, dryRun: false });
  }
}

function isSettled(wanted: NamespaceMetadata, live: Manifest, manager: string): boolean {
  const owned = leavesOf(ownEntry(live.metadata.managedFields, manager)?.fieldsV1 ?? {});
  const stated = MAPS.flatMap((map) => Object.keys(wanted[map]));
  return owned.length === stated.length && differences(wanted, live).length === 0;
}

/** What a person set gives way; what another Application states would be overwritten back and forth. */
function refuseRivals(wanted: NamespaceMetadata, live: Manifest, manager: string): void {
  const others = (live.metadata.managedFields ?? []).filter(
    (entry) => entry.manager !== manager && /^pulumi-gitops-.*-namespace-/.test(entry.manager),
  );
  const disputed = differences(wanted, live).find(({ map, key }) => others.some((entry) => states(entry, map, key)));
  if (disputed === undefined) return;
  const { map, key } = disputed;
  throw new GitOpsError(
    `Namespace ${live.metadata.name}: metadata.${map}[${key}]: managedNamespaceMetadata of another Application states ${JSON.stringify(live.metadata[map]?.[key])}; let both state the same, or one of them`,
    { code: "Refused", ref: `Namespace ${live.metadata.name}` },
  );
}

function states({ fieldsV1 = {} }: ManagedFieldsEntry, map: string, key: string): boolean {
  return nodeAt(fieldsV1, [{ field: "metadata" }, { field: map }, { field: key }]) !== undefined;
}

function differences({ labels, annotations }: NamespaceMetadata, { metadata }: Manifest) {
  const wanted = { labels, annotations };
  return MAPS.flatMap((map) =>
    Object.entries(wanted[map])
      .filter(([key, value]) => metadata[map]?.[key] !== value)
      .map(([key, value]) => ({ map, key, value })),
  );
}

/** How a namespace differs from what was stated of it: sentences, and its own values in place of ours. */
export interface MetadataDrift {
  readonly drift: readonly string[];
  readonly shown: NamespaceMetadata;
}

/** @param live undefined when there is no such namespace */
export function metadataDrift(policy: Policy, live: Manifest | undefined): MetadataDrift | undefined {
  const { namespace: name, namespaceMetadata: wanted } = policy;
  if (wanted === undefined) return undefined;
  const found = live ?? { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  const changed = differences(wanted, found);
  if (changed.length === 0) return undefined;
  return {
    drift: changed.map(({ map, key, value }) => {
      const before = found.metadata[map]?.[key];
      const shown = before === undefined ? "(none)" : JSON.stringify(before);
      return `Namespace ${name}: metadata.${map}[${key}]: ${shown} => ${JSON.stringify(value)}`;
    }),
    shown: {
      labels: pick(wanted.labels, found.metadata.labels),
      annotations: pick(wanted.annotations, found.metadata.annotations),
    },
  };
}

function pick(wanted: Texts, from: Texts = {}): Texts {
  return Object.fromEntries(Object.entries(from).filter(([key]) => Object.hasOwn(wanted, key)));
}
