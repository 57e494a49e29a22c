import type { ComponentResourceOptions, Resource } from "@pulumi/pulumi";
import { Network } from "@pulumi/gcp/compute/network.js";
import { Router } from "@pulumi/gcp/compute/router.js";
import { RouterNat } from "@pulumi/gcp/compute/routerNat.js";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork.js";

import type { GkePlace, NetworkRanges } from "./creation.ts";

/** Names of the secondary ranges; a VPC-native cluster is told them. */
export const POD_RANGE = "pods";
export const SERVICE_RANGE = "services";

export interface ClusterNetwork {
  readonly network: Network;
  readonly subnetwork: Subnetwork;
}

/** A network of the cluster's own, with one subnetwork; nothing in it has a public address. */
export function createNetwork(
  parent: Resource,
  place: GkePlace,
  ranges: NetworkRanges,
  dependsOn: readonly Resource[],
): ClusterNetwork {
  const { project, location: region, name, protect } = place;
  const options = { parent, protect, dependsOn: [...dependsOn] };
  const network = new Network(
    name,
    { project, name, autoCreateSubnetworks: false, routingMode: "REGIONAL", deleteDefaultRoutesOnCreate: false },
    options,
  );
  const subnetwork = new Subnetwork(
    name,
    {
      ...{ project, region, name, network: network.id },
      ipCidrRange: ranges.nodes ?? "10.0.0.0/20",
      secondaryIpRanges: [
        { rangeName: POD_RANGE, ipCidrRange: ranges.pods ?? "10.4.0.0/14" },
        { rangeName: SERVICE_RANGE, ipCidrRange: ranges.services ?? "10.0.16.0/20" },
      ],
      // Google's own APIs, Artifact Registry among them, are reached without NAT.
      privateIpGoogleAccess: true,
      ...((ranges.flowLogs ?? true) && { logConfig: FLOW_LOGS }),
    },
    options,
  );
  if (ranges.nat ?? true) createNat(place, network, { parent, dependsOn: [...dependsOn] });
  return { network, subnetwork };
}

/** A tenth of the flows tells who talks to whom and costs a tenth. */
const FLOW_LOGS = { aggregationInterval: "INTERVAL_5_SEC", flowSampling: 0.1, metadata: "INCLUDE_ALL_METADATA" };

function createNat(
  { project, location: region, name }: GkePlace,
  network: Network,
  options: ComponentResourceOptions,
): void {
  const router = new Router(name, { project, region, name, network: network.id }, options);
  new RouterNat(
    name,
    {
      ...{ project, region, name, router: router.name },
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    },
    options,
  );
}
