import { GitOpsError } from "../error.ts";
import type { Client } from "../kubernetes/client.ts";
import { createClient } from "../kubernetes/client.ts";
import { connect } from "../kubernetes/connect.ts";
import type { ClusterReference } from "../sync.protocol.ts";

export interface Cluster {
  readonly client: Client;
  /** uid of the namespace kube-system: the same cluster whatever its address. */
  readonly id: string;
}

const open = new Map<string, Promise<Cluster>>();

/**
 * The cluster of a reference, opened once a process.
 * @param expectedId the cluster that the state was written for; another one is refused before anything is looked at,
 *   because there everything of ours would look deleted
 */
export async function openCluster(reference: ClusterReference, expectedId?: string): Promise<Cluster> {
  const key = JSON.stringify(reference);
  const cluster = await (open.get(key) ?? remember(key, openNow(reference)));
  if (expectedId !== undefined && cluster.id !== expectedId) throw anotherCluster(reference, cluster.id, expectedId);
  return cluster;
}

function remember(key: string, opening: Promise<Cluster>): Promise<Cluster> {
  open.set(key, opening);
  return opening;
}

async function openNow(reference: ClusterReference): Promise<Cluster> {
  const client = createClient(await connect(reference, process.env));
  return { client, id: await client.clusterId() };
}

/** What a person has to be told whose reference leads to another cluster than before, and what to do if that is as it should be. */
export function anotherCluster(reference: ClusterReference, found: string, expected: string): GitOpsError {
  return new GitOpsError(
    `${describe(reference)} leads to another cluster (kube-system ${found}) than the one this environment was deployed to (${expected}); nothing was changed. Check gitops:cluster; only where this one takes the place of that one for good, set gitops:replacedClusters: {"${expected}": "${found}"}: what is in the old one is forgotten, not deleted, and everything is deployed anew`,
    { code: "Refused" },
  );
}

function describe(reference: ClusterReference): string {
  switch (reference.kind) {
    case "kubeconfig":
      return reference.context === undefined ? "the current context" : `context ${reference.context}`;
    case "inCluster":
      return "the service account of this pod";
    case "gke":
      return `GKE cluster ${reference.project}/${reference.location}/${reference.name}`;
  }
}
