import type { ClusterReference } from "../sync.protocol.ts";
import type { Connection } from "./connection.ts";
import { connectToGke } from "./gke.ts";
import { connectInCluster } from "./in-cluster.ts";
import { connectByKubeconfig } from "./kubeconfig-connection.ts";

/**
 * Finds out how to reach the cluster of a reference, and as whom. Nothing is asked of the API server yet.
 * @param env where kubeconfigs, pods and Google's tools leave word of addresses and credentials
 * @throws GitOpsError that names every mistake, in one line
 */
export function connect(reference: ClusterReference, env: NodeJS.ProcessEnv): Promise<Connection> {
  switch (reference.kind) {
    case "kubeconfig":
      return connectByKubeconfig(reference, env);
    case "inCluster":
      return connectInCluster(env);
    case "gke":
      return connectToGke(reference, env);
  }
}
