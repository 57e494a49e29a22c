import { beforeEach, describe, expect, it } from "@jest/globals";

import { Cluster, openCluster } from "./cluster.ts";
import type { GkeCreation } from "./gke/creation.ts";
import { createGke } from "./gke/gke.ts";
import type { Recording } from "./registered.fixture.ts";
import { recordResources, valueOf } from "./registered.fixture.ts";

// Names and types of properties are the compiler's to check, against @pulumi/gcp itself.

const PLACE = { project: "shop-123", location: "europe-west1", name: "production" } as const;
const MEMBER = "serviceAccount:production-nodes@shop-123.iam.gserviceaccount.com";
const EMAIL = "production-nodes@shop-123.iam.gserviceaccount.com";
const CLOUD_PLATFORM = ["https://www.googleapis.com/auth/cloud-platform"];

const COMPUTED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "gcp:container/cluster:Cluster": {
    endpoint: "203.0.113.7",
    masterAuth: { clusterCaCertificate: "Y2E=" },
    controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint: "gke-1.europe-west1.gke.goog" } },
  },
  "gcp:serviceaccount/account:Account": { email: EMAIL, member: MEMBER },
  "gcp:artifactregistry/repository:Repository": { name: "production" },
};

let recording: Recording;
beforeEach(async () => {
  recording = await recordResources(({ type }) => COMPUTED[type] ?? {});
});

/** Everything that is registered for a new cluster, and its reference. */
async function create(creation: GkeCreation, protect = true) {
  const transformations = [recording.transformation];
  const find = (self: Cluster) => createGke(self, { ...PLACE, protect }, creation);
  const cluster = new Cluster("production", find, { transformations });
  const reference = await valueOf<unknown>(cluster.reference);
  return { reference, registered: await recording.registered() };
}

const SELF = "gitops:index:Cluster::production";
const FIRST = "gcp:projects/service:Service::cloudresourcemanager";
const APIS = ["artifactregistry", "compute", "container", "iam", "logging", "monitoring"];
const SERVICES = [FIRST, ...APIS.map((api) => `gcp:projects/service:Service::${api}`)];
const CLUSTER = "gcp:container/cluster:Cluster::production";

describe("a new GKE cluster", () => {
  it("is an Autopilot cluster with its network, its nodes' account and its registry", async () => {
    const { registered } = await create({});
    const { project, location, name } = PLACE;
    const child = (key: string, inputs: object, more: object = {}) =>
      [key, { type: key.split("::")[0], inputs: { project, ...inputs }, parent: SELF, ...more }] as const;
    const service = (api: string) => ({ service: `${api}.googleapis.com`, disableOnDestroy: false });
    const after = SERVICES;
    expect(registered).toEqual(
      Object.fromEntries([
        [SELF, { type: "gitops:index:Cluster", inputs: {} }],
        child(FIRST, service("cloudresourcemanager")),
        ...APIS.map((api) => child(`gcp:projects/service:Service::${api}`, service(api), { after: [FIRST] })),
        child(
          "gcp:compute/network:Network::production",
          { name, autoCreateSubnetworks: false, routingMode: "REGIONAL", deleteDefaultRoutesOnCreate: false },
          { after, protect: true },
        ),
        child(
          "gcp:compute/subnetwork:Subnetwork::production",
          {
            ...{ region: location, name, network: "production-id", ipCidrRange: "10.0.0.0/20" },
            secondaryIpRanges: [
              { rangeName: "pods", ipCidrRange: "10.4.0.0/14" },
              { rangeName: "services", ipCidrRange: "10.0.16.0/20" },
            ],
            privateIpGoogleAccess: true,
            logConfig: { aggregationInterval: "INTERVAL_5_SEC", flowSampling: 0.1, metadata: "INCLUDE_ALL_METADATA" },
          },
          { after, protect: true },
        ),
        child("gcp:compute/router:Router::production", { region: location, name, network: "production-id" }, { after }),
        child(
          "gcp:compute/routerNat:RouterNat::production",
          {
            ...{ region: location, name, router: "production", natIpAllocateOption: "AUTO_ONLY" },
            sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
            logConfig: { enable: true, filter: "ERRORS_ONLY" },
          },
          { after },
        ),
        child(
          "gcp:serviceaccount/account:Account::production-nodes",
          { accountId: "production-nodes", displayName: "Nodes of the GKE cluster production" },
          { after },
        ),
        child(
          "gcp:projects/iAMMember:IAMMember::production-nodes",
          { role: "roles/container.defaultNodeServiceAccount", member: MEMBER },
          { after },
        ),
        child(
          "gcp:artifactregistry/repository:Repository::production",
          {
            ...{ location, repositoryId: "production", format: "DOCKER" },
            description: "Images of the GKE cluster production",
          },
          { after, protect: true },
        ),
        child("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember::production-nodes", {
          ...{ location, repository: "production", role: "roles/artifactregistry.reader", member: MEMBER },
        }),
        child(
          CLUSTER,
          {
            ...{ location, name, network: "production-id", subnetwork: "production-id", enableAutopilot: true },
            ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
            releaseChannel: { channel: "REGULAR" },
            maintenancePolicy: { dailyMaintenanceWindow: { startTime: "03:00" } },
            deletionProtection: true,
            resourceLabels: {},
            privateClusterConfig: { enablePrivateNodes: true },
            controlPlaneEndpointsConfig: {
              dnsEndpointConfig: { allowExternalTraffic: true },
              ipEndpointsConfig: { enabled: false },
            },
            masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
            enableLegacyAbac: false,
            rbacBindingConfig: {
              enableInsecureBindingSystemAuthenticated: false,
              enableInsecureBindingSystemUnauthenticated: false,
            },
            loggingConfig: {
              enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER"],
            },
            monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"], managedPrometheus: { enabled: true } },
            securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
            gatewayApiConfig: { channel: "CHANNEL_STANDARD" },
            clusterAutoscaling: { autoProvisioningDefaults: { serviceAccount: EMAIL, oauthScopes: CLOUD_PLATFORM } },
            nodePoolAutoConfig: { nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" } },
          },
          { after: [...SERVICES, "gcp:projects/iAMMember:IAMMember::production-nodes"], protect: true },
        ),
      ]),
    );
  });

  it("may be a Standard cluster with node pools of one's own", async () => {
    const { registered } = await create({
      mode: "standard",
      nodePools: { default: {}, jobs: { machineType: "c3-standard-8", minNodes: 0, maxNodes: 9, spot: true } },
    });
    expect(registered[CLUSTER]).toMatchObject({
      inputs: {
        removeDefaultNodePool: true,
        initialNodeCount: 1,
        nodeConfig: { serviceAccount: EMAIL, oauthScopes: CLOUD_PLATFORM },
        workloadIdentityConfig: { workloadPool: "shop-123.svc.id.goog" },
        datapathProvider: "ADVANCED_DATAPATH",
        enableShieldedNodes: true,
        enableIntranodeVisibility: true,
        verticalPodAutoscaling: { enabled: true },
      },
      ignored: ["nodeConfig", "initialNodeCount"],
    });
    for (const key of ["enableAutopilot", "clusterAutoscaling", "nodePoolAutoConfig"])
      expect(registered[CLUSTER]?.inputs).not.toHaveProperty(key);
    const pool = {
      type: "gcp:container/nodePool:NodePool",
      parent: SELF,
      ignored: ["initialNodeCount"],
      inputs: {
        ...{ project: "shop-123", location: "europe-west1", name: "default", cluster: "production" },
        autoscaling: { minNodeCount: 1, maxNodeCount: 3 },
        initialNodeCount: 1,
        management: { autoRepair: true, autoUpgrade: true },
        upgradeSettings: { maxSurge: 1, maxUnavailable: 0 },
        networkConfig: { enablePrivateNodes: true },
        nodeConfig: {
          ...{ serviceAccount: EMAIL, oauthScopes: CLOUD_PLATFORM, machineType: "e2-standard-4", spot: false },
          ...{ diskSizeGb: 100, diskType: "pd-balanced", labels: {}, imageType: "COS_CONTAINERD" },
          shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
          workloadMetadataConfig: { mode: "GKE_METADATA" },
          metadata: { "disable-legacy-endpoints": "true" },
          kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
        },
      },
    };
    expect(registered["gcp:container/nodePool:NodePool::production-default"]).toEqual(pool);
    expect(registered["gcp:container/nodePool:NodePool::production-jobs"]).toMatchObject({
      inputs: {
        autoscaling: { minNodeCount: 0, maxNodeCount: 9 },
        nodeConfig: { machineType: "c3-standard-8", spot: true },
      },
    });
  });

  it("is reached by its DNS name, which publicly trusted certificates vouch for", async () => {
    const { reference } = await create({});
    expect(reference).toEqual({ kind: "gke", ...PLACE, endpoint: "gke-1.europe-west1.gke.goog" });
  });

  it("may be reached at its address from authorized networks, by its own authority", async () => {
    const { reference, registered } = await create({
      endpoint: "ip",
      authorizedNetworks: { office: "203.0.113.0/24" },
    });
    expect(reference).toEqual({ kind: "gke", ...PLACE, endpoint: "203.0.113.7", ca: "Y2E=" });
    expect(registered[CLUSTER]?.inputs).toMatchObject({
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: false },
        ipEndpointsConfig: { enabled: true },
      },
      masterAuthorizedNetworksConfig: { cidrBlocks: [{ displayName: "office", cidrBlock: "203.0.113.0/24" }] },
    });
  });

  it("does what each switch says", async () => {
    const { registered } = await create({
      ...{ releaseChannel: "STABLE", binaryAuthorization: true, secretsKey: "key", maintenanceStart: "23:30" },
      ...{ deletionProtection: false, labels: { team: "shop" }, registry: "images" },
      network: { nodes: "10.9.0.0/20", pods: "10.8.0.0/16", services: "10.7.0.0/20", nat: false, flowLogs: false },
    });
    expect(registered[CLUSTER]?.inputs).toMatchObject({
      releaseChannel: { channel: "STABLE" },
      binaryAuthorization: { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" },
      databaseEncryption: { state: "ENCRYPTED", keyName: "key" },
      maintenancePolicy: { dailyMaintenanceWindow: { startTime: "23:30" } },
      deletionProtection: false,
      resourceLabels: { team: "shop" },
    });
    const { "gcp:compute/subnetwork:Subnetwork::production": subnetwork } = registered;
    expect(subnetwork?.inputs).not.toHaveProperty("logConfig");
    expect(subnetwork?.inputs).toMatchObject({
      ipCidrRange: "10.9.0.0/20",
      secondaryIpRanges: [{ ipCidrRange: "10.8.0.0/16" }, { ipCidrRange: "10.7.0.0/20" }],
    });
    const keys = Object.keys(registered);
    expect(keys.filter((key) => key.startsWith("gcp:compute/router"))).toEqual([]);
    expect(keys).toContain("gcp:projects/service:Service::binaryauthorization");
    expect(registered["gcp:artifactregistry/repository:Repository::production"]?.inputs).toMatchObject({
      repositoryId: "images",
    });
  });

  it("may be deleted where nothing is protected", async () => {
    const { registered } = await create({}, false);
    expect(registered[CLUSTER]?.inputs).toMatchObject({ deletionProtection: false });
    expect(Object.values(registered).filter(({ protect }) => protect === true)).toEqual([]);
  });
});

describe("openCluster", () => {
  it.each([
    { kind: "kubeconfig", context: "qa" },
    { kind: "inCluster" },
    { kind: "gke", ...PLACE, endpoint: "203.0.113.7" },
  ] as const)("makes nothing for $kind", async (reference) => {
    const cluster = await openCluster("qa", reference, { protect: true });
    expect(cluster.reference).toEqual(reference);
    expect(Object.keys(await recording.registered())).toEqual(["gitops:index:Cluster::qa"]);
  });

  it("makes the cluster that is to be created", async () => {
    const cluster = await openCluster("qa", { kind: "gke", ...PLACE, create: {} }, { protect: false });
    expect(await valueOf<unknown>(cluster.reference)).toMatchObject({ endpoint: "gke-1.europe-west1.gke.goog" });
    expect(Object.keys(await recording.registered())).toContain(CLUSTER);
  });
});
