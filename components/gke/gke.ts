import type { Output, Resource } from "@pulumi/pulumi";
import { all } from "@pulumi/pulumi";
import type { Cluster } from "@pulumi/gcp/container/cluster.js";

import type { GkeReference } from "../sync.protocol.ts";
import { createCluster } from "./cluster.ts";
import type { GkeCreation, GkePlace } from "./creation.ts";
import { createNetwork } from "./network.ts";
import { createNodeAccount } from "./node-account.ts";
import { createNodePools } from "./node-pool.ts";
import { createRegistry } from "./registry.ts";
import { enableServices } from "./services.ts";

/** A reference to a cluster whose endpoint is unknown until it is made; when it stays undefined, the GKE API is asked for it. */
export interface NewGkeReference extends Omit<GkeReference, "endpoint" | "ca"> {
  readonly endpoint: Output<string | undefined>;
  readonly ca?: Output<string | undefined>;
}

/** Makes a GKE cluster and all it stands on. @returns how it is reached, known when there are nodes to run something on */
export function createGke(parent: Resource, place: GkePlace, creation: GkeCreation): NewGkeReference {
  const services = enableServices(parent, place, creation);
  const network = createNetwork(parent, place, creation.network ?? {}, services);
  const { account, granted } = createNodeAccount(parent, place, services);
  const registry = creation.registry ?? place.name;
  createRegistry(parent, place, registry, { nodes: account.member, dependsOn: services });
  const dependsOn = [...services, granted];
  const cluster = createCluster(parent, place, creation, { network, nodes: account.email, dependsOn });
  const isStandard = creation.mode === "standard";
  const pools = isStandard ? createNodePools(cluster, place, creation.nodePools, { parent, nodes: account.email }) : [];
  const ready = all(pools.map(({ id }) => id));
  const { project, location, name } = place;
  return { kind: "gke", project, location, name, ...endpointOf(cluster, creation, ready) };
}

/**
 * The address is computed by Google alone, so that it is unknown until there is a cluster; of the other two a preview knows what was asked for.
 * @param ready resolves when there are nodes to run something on
 */
function endpointOf(cluster: Cluster, { endpoint }: GkeCreation, ready: Output<unknown>) {
  const made = all([cluster.endpoint, ready]);
  if (endpoint !== "ip") {
    // Publicly trusted certificates vouch for the name.
    const config = cluster.controlPlaneEndpointsConfig;
    return { endpoint: all([config, made]).apply(([{ dnsEndpointConfig }]) => dnsEndpointConfig.endpoint) };
  }
  const ca = all([cluster.masterAuth, made]).apply(([{ clusterCaCertificate }]) => clusterCaCertificate);
  return { endpoint: made.apply(([address]) => address), ca };
}
