import type { Output, Resource } from "@pulumi/pulumi";
import type { ClusterArgs } from "@pulumi/gcp/container/cluster.js";
import { Cluster } from "@pulumi/gcp/container/cluster.js";

import type { GkeCreation, GkePlace } from "./creation.ts";
import type { ClusterNetwork } from "./network.ts";
import { POD_RANGE, SERVICE_RANGE } from "./network.ts";

export interface ClusterParts {
  readonly network: ClusterNetwork;
  /** E-mail address of the nodes' account. */
  readonly nodes: Output<string>;
  readonly dependsOn: readonly Resource[];
}

/** A regional, VPC-native cluster with private nodes. */
export function createCluster(
  parent: Resource,
  { project, location, name, protect }: GkePlace,
  creation: GkeCreation,
  { network, nodes, dependsOn }: ClusterParts,
): Cluster {
  const args: ClusterArgs = {
    ...{ project, location, name },
    network: network.network.id,
    subnetwork: network.subnetwork.id,
    ipAllocationPolicy: { clusterSecondaryRangeName: POD_RANGE, servicesSecondaryRangeName: SERVICE_RANGE },
    releaseChannel: { channel: creation.releaseChannel ?? "REGULAR" },
    maintenancePolicy: { dailyMaintenanceWindow: { startTime: creation.maintenanceStart ?? "03:00" } },
    deletionProtection: creation.deletionProtection ?? protect,
    resourceLabels: { ...creation.labels },
    ...controlPlane(creation),
    ...hardened(creation),
    ...(creation.mode === "standard" ? standard(project, nodes) : autopilot(nodes)),
  };
  // The first node pool is removed as soon as it is made; what it was like is of no interest.
  const ignoreChanges = creation.mode === "standard" ? ["nodeConfig", "initialNodeCount"] : [];
  return new Cluster(name, args, { parent, protect, dependsOn: [...dependsOn], ignoreChanges });
}

/** Nodes are never reached from outside; the control plane only by its DNS name or from authorized networks. */
function controlPlane({ endpoint, authorizedNetworks = {} }: GkeCreation): Partial<ClusterArgs> {
  const byAddress = endpoint === "ip";
  const cidrBlocks = Object.entries(authorizedNetworks).map(([displayName, cidrBlock]) => ({ displayName, cidrBlock }));
  return {
    privateClusterConfig: { enablePrivateNodes: true },
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { allowExternalTraffic: !byAddress },
      ipEndpointsConfig: { enabled: byAddress },
    },
    ...(byAddress && { masterAuthorizedNetworksConfig: { cidrBlocks } }),
  };
}

/** What holds for both modes. Numbers: CIS Google Kubernetes Engine Benchmark 1.6. */
function hardened({ binaryAuthorization, secretsKey }: GkeCreation): Partial<ClusterArgs> {
  return {
    // 5.8.1 and 5.8.3: no passwords, no client certificates, no ABAC beside RBAC.
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
    enableLegacyAbac: false,
    // 4.1.1: nobody is made administrator by a binding to all users.
    rbacBindingConfig: {
      enableInsecureBindingSystemAuthenticated: false,
      enableInsecureBindingSystemUnauthenticated: false,
    },
    // 5.7.1: logs of the control plane are what an incident is told from.
    loggingConfig: {
      enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER"],
    },
    monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"], managedPrometheus: { enabled: true } },
    securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
    gatewayApiConfig: { channel: "CHANNEL_STANDARD" },
    ...(binaryAuthorization === true && {
      binaryAuthorization: { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" },
    }),
    ...(secretsKey !== undefined && { databaseEncryption: { state: "ENCRYPTED", keyName: secretsKey } }),
  };
}

/** Workload Identity, Dataplane V2 and shielded nodes are always on here, and the provider refuses to be told so. */
function autopilot(nodes: Output<string>): Partial<ClusterArgs> {
  return {
    enableAutopilot: true,
    clusterAutoscaling: { autoProvisioningDefaults: { serviceAccount: nodes, oauthScopes: [CLOUD_PLATFORM] } },
    // 4.2.4: the kubelet's port without authentication.
    nodePoolAutoConfig: { nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" } },
  };
}

function standard(project: string, nodes: Output<string>): Partial<ClusterArgs> {
  return {
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    nodeConfig: { serviceAccount: nodes, oauthScopes: [CLOUD_PLATFORM] },
    workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
    datapathProvider: "ADVANCED_DATAPATH",
    enableShieldedNodes: true,
    enableIntranodeVisibility: true,
    verticalPodAutoscaling: { enabled: true },
  };
}

/** What a node may do is decided by the roles of its account; scopes are the older way. */
export const CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";
