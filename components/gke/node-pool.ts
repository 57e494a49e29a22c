import type { Output, Resource } from "@pulumi/pulumi";
import type { Cluster } from "@pulumi/gcp/container/cluster.js";
import { NodePool } from "@pulumi/gcp/container/nodePool.js";

import { CLOUD_PLATFORM } from "./cluster.ts";
import type { GkePlace, NodePool as NodePoolSettings } from "./creation.ts";

const DEFAULT_POOLS: Readonly<Record<string, NodePoolSettings>> = { default: {} };

/** Node pools of a Standard cluster. */
export function createNodePools(
  cluster: Cluster,
  place: GkePlace,
  pools: Readonly<Record<string, NodePoolSettings>> = DEFAULT_POOLS,
  { parent, nodes }: { readonly parent: Resource; readonly nodes: Output<string> },
): readonly NodePool[] {
  const { project, location, name } = place;
  return Object.entries(pools).map(
    ([pool, settings]) =>
      new NodePool(
        `${name}-${pool}`,
        {
          ...{ project, location, name: pool, cluster: cluster.name },
          autoscaling: { minNodeCount: settings.minNodes ?? 1, maxNodeCount: settings.maxNodes ?? 3 },
          initialNodeCount: settings.minNodes ?? 1,
          management: { autoRepair: true, autoUpgrade: true },
          upgradeSettings: { maxSurge: 1, maxUnavailable: 0 },
          networkConfig: { enablePrivateNodes: true },
          nodeConfig: nodeConfig(settings, nodes),
        },
        // The autoscaler decides how many there are; a pool that is replaced keeps its successor's pods somewhere.
        { parent, ignoreChanges: ["initialNodeCount"] },
      ),
  );
}

/** Numbers: CIS Google Kubernetes Engine Benchmark 1.6. */
function nodeConfig(settings: NodePoolSettings, serviceAccount: Output<string>) {
  return {
    ...{ serviceAccount, oauthScopes: [CLOUD_PLATFORM], machineType: settings.machineType ?? "e2-standard-4" },
    diskSizeGb: settings.diskSizeGb ?? 100,
    diskType: settings.diskType ?? "pd-balanced",
    spot: settings.spot ?? false,
    labels: { ...settings.labels },
    // 5.5.1
    imageType: "COS_CONTAINERD",
    // 5.5.5 to 5.5.7
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    // 5.4.1: pods see Workload Identity, not the account of the node.
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    metadata: { "disable-legacy-endpoints": "true" },
    // 4.2.4
    kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
  };
}
