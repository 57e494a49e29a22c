import { beforeEach, describe, expect, it } from "@jest/globals";

import { accessManifests } from "./access/manifests.ts";
import type { ClusterAccess } from "./access-report.ts";
import { Cluster } from "./cluster.ts";
import type { ClusterInput } from "./cluster.ts";
import { createAccess, createNamespaces, createProvider } from "./namespaces/index.ts";
import type { NamespaceSettings } from "./namespaces/settings.ts";
import { layPlatform, openPlatform } from "./platform.ts";
import type { Recording } from "./registered.fixture.ts";
import { recordResources } from "./registered.fixture.ts";

// Names and types of properties are the compiler's to check, against @pulumi/kubernetes itself.

const SELF = "gitops:index:Cluster::qa";
const PROVIDER = "pulumi:providers:kubernetes::qa";
let recording: Recording;
beforeEach(async () => {
  recording = await recordResources();
});

function clusterAt(reference: ClusterInput): Cluster {
  return new Cluster("qa", () => reference, { transformations: [recording.transformation] });
}

async function provided(reference: ClusterInput): Promise<Readonly<Record<string, unknown>>> {
  const cluster = clusterAt(reference);
  createProvider("qa", cluster.reference, cluster);
  const { [PROVIDER]: provider } = await recording.registered();
  expect(provider?.parent).toBe(SELF);
  return provider?.inputs ?? {};
}

describe("the provider of what is no Application", () => {
  it.each<[ClusterInput, object]>([
    [{ kind: "kubeconfig" }, {}],
    [
      { kind: "kubeconfig", path: "k.yaml", context: "qa" },
      { kubeconfig: "k.yaml", context: "qa" },
    ],
    [{ kind: "inCluster" }, {}],
  ])("finds the cluster as the Sync resources do: %j", async (reference, inputs) => {
    expect(await provided(reference)).toEqual({ enableServerSideApply: "true", ...inputs });
  });

  it("reaches a GKE cluster by Google's credential program, and holds no credential itself", async () => {
    const where = { kind: "gke", project: "shop", location: "europe-west1", name: "production" } as const;
    const { kubeconfig, clusterIdentifier } = await provided({ ...where, endpoint: "203.0.113.7", ca: "Y2E=" });
    expect(clusterIdentifier).toBe("shop/europe-west1/production");
    expect(JSON.parse(kubeconfig as string)).toEqual({
      ...{ apiVersion: "v1", kind: "Config", "current-context": "production" },
      contexts: [{ name: "production", context: { cluster: "production", user: "production" } }],
      clusters: [
        {
          name: "production",
          cluster: { server: "https://203.0.113.7", "certificate-authority-data": "Y2E=" },
        },
      ],
      users: [
        {
          name: "production",
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1beta1",
              command: "gke-gcloud-auth-plugin",
              args: ["--use_application_default_credentials"],
              interactiveMode: "Never",
              provideClusterInfo: true,
            },
          },
        },
      ],
    });
  });
});

describe("the namespaces of an environment", () => {
  async function make(settings: Readonly<Record<string, NamespaceSettings>>, protect = false) {
    const cluster = clusterAt({ kind: "kubeconfig" });
    const provider = createProvider("qa", cluster.reference, cluster);
    createNamespaces(settings, { provider, parent: cluster, protect });
    return recording.registered();
  }
  const levels = (enforce: string) => ({
    "pod-security.kubernetes.io/enforce": enforce,
    "pod-security.kubernetes.io/audit": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
  });
  const type = { apiVersion: "v1", kind: "Namespace" };

  it("are held to a Pod Security Standard", async () => {
    const registered = await make({ qa: {}, jobs: { podSecurity: "restricted" } }, true);
    expect(Object.keys(registered)).toEqual([
      ...[SELF, PROVIDER, "kubernetes:core/v1:Namespace::qa", "kubernetes:core/v1:Namespace::jobs"],
    ]);
    expect(registered["kubernetes:core/v1:Namespace::qa"]).toEqual({
      ...{ type: "kubernetes:core/v1:Namespace", parent: SELF, provider: "qa", protect: true },
      inputs: { ...type, metadata: { name: "qa", labels: levels("baseline") } },
    });
    expect(registered["kubernetes:core/v1:Namespace::jobs"]?.inputs).toEqual({
      ...{ ...type, metadata: { name: "jobs", labels: levels("restricted") } },
    });
  });

  it("have a quota and let nobody in from outside, if so asked", async () => {
    const registered = await make({ qa: { quota: { pods: "50" }, networkPolicy: "deny-ingress" } });
    const below = { parent: "kubernetes:core/v1:Namespace::qa", provider: "qa", protect: false };
    expect(registered["kubernetes:core/v1:ResourceQuota::qa"]).toEqual({
      ...{ type: "kubernetes:core/v1:ResourceQuota", ...below },
      inputs: {
        ...{ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "quota", namespace: "qa" } },
        spec: { hard: { pods: "50" } },
      },
    });
    const policy = (name: string, spec: object) => ({
      ...{ type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", ...below },
      inputs: {
        ...{ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace: "qa" } },
        spec: { podSelector: {}, policyTypes: ["Ingress"], ...spec },
      },
    });
    const of = (name: string) => registered[`kubernetes:networking.k8s.io/v1:NetworkPolicy::qa-${name}`];
    expect(of("default-deny")).toEqual(policy("default-deny", {}));
    expect(of("allow-same-namespace")).toEqual(
      policy("allow-same-namespace", { ingress: [{ from: [{ podSelector: {} }] }] }),
    );
  });

  it("let nobody out either, but for DNS, if so asked", async () => {
    const registered = await make({ qa: { networkPolicy: "deny-all" } });
    expect(registered["kubernetes:networking.k8s.io/v1:NetworkPolicy::qa-allow-same-namespace"]?.inputs).toMatchObject({
      spec: {
        policyTypes: ["Ingress", "Egress"],
        egress: [
          { to: [{ podSelector: {} }] },
          {
            ports: [
              { port: 53, protocol: "UDP" },
              { port: 53, protocol: "TCP" },
            ],
          },
        ],
      },
    });
  });
});

describe("the accounts of an environment", () => {
  it("are made as they are computed", async () => {
    const access = accessManifests(
      { environment: "qa", namespaces: ["qa"], needs: [{ group: "", kind: "ConfigMap", namespace: "qa" }] },
      {},
    );
    const cluster = clusterAt({ kind: "kubeconfig" });
    createAccess(access, { provider: createProvider("qa", cluster.reference, cluster), parent: cluster });
    const registered = Object.entries(await recording.registered());
    const made = Object.fromEntries(registered.filter(([key]) => key !== SELF && key !== PROVIDER));
    const { accounts, roles, bindings } = access;
    const inputs = Object.values(made).map((resource) => resource.inputs);
    expect(inputs).toEqual(expect.arrayContaining([...accounts, ...roles, ...bindings]));
    expect(inputs).toHaveLength(accounts.length + roles.length + bindings.length);
    for (const { parent, provider } of Object.values(made)) expect([parent, provider]).toEqual([SELF, "qa"]);
    expect(new Set(Object.values(made).map(({ type }) => type))).toEqual(
      new Set([
        "kubernetes:core/v1:ServiceAccount",
        "kubernetes:rbac.authorization.k8s.io/v1:Role",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
      ]),
    );
  });
});

describe("openPlatform", () => {
  const args = {
    ...{ environment: "qa", applications: "nowhere", imageUpdaters: "nowhere", signatures: [], protect: false },
    ...{ overlay: {}, overrides: {}, namespaces: {}, access: {} },
  };

  it("makes nothing that nobody asked for, not even a provider", async () => {
    const { ready } = await openPlatform(clusterAt({ kind: "kubeconfig" }), args);
    expect(ready).toEqual([]);
    expect(Object.keys(await recording.registered())).toEqual([SELF]);
  });

  const reportFor = (...names: readonly string[]): readonly ClusterAccess[] =>
    names.map((name) => ({
      cluster: name,
      namespaces: ["pulumi-gitops"],
      access: accessManifests({ environment: "qa", namespaces: [name], needs: [] }, {}),
    }));
  const clusters = { eu: { reference: { kind: "kubeconfig", context: "eu" } } } as const;

  it("makes the accounts of each cluster there, under names that differ", async () => {
    const report = { clusters: reportFor("in-cluster", "eu"), problems: [] };
    const platform = await layPlatform(clusterAt({ kind: "kubeconfig" }), { ...args, clusters, protect: true }, report);
    await platform.settled();
    const registered = await recording.registered();
    expect(registered["pulumi:providers:kubernetes::qa@eu"]?.inputs).toMatchObject({ context: "eu" });
    const account = (suffix: string) =>
      registered[`kubernetes:core/v1:ServiceAccount::pulumi-gitops-qa-3f3ef786-deployer${suffix}`];
    expect([account("")?.provider, account("@eu")?.provider]).toEqual(["qa", "qa@eu"]);
    expect(account("@eu")?.inputs["metadata"]).toEqual(account("")?.inputs["metadata"]);
    const role = (name: string) => registered[`kubernetes:rbac.authorization.k8s.io/v1:Role::${name}`];
    const deployer = "pulumi-gitops-qa-3f3ef786-deployer";
    expect(role(`eu-${deployer}@eu`)?.provider).toBe("qa@eu");
    expect(role(`eu-${deployer}`)).toBeUndefined();
    expect(role(`in-cluster-${deployer}@eu`)).toBeUndefined();
    const made = registered["kubernetes:core/v1:Namespace::pulumi-gitops@eu"];
    expect([made?.provider, made?.protect]).toEqual(["qa@eu", true]);
    expect(platform.ready).toHaveLength(2);
  });

  it("leaves the accounts of every cluster alone when one Application cannot be rendered", async () => {
    const report = { clusters: reportFor("in-cluster", "eu"), problems: ["web: no such branch"] };
    const platform = await layPlatform(clusterAt({ kind: "kubeconfig" }), { ...args, clusters }, report);
    await expect(platform.settled()).rejects.toThrow(/stay as they are:\n {2}web: no such branch/);
    const keys = Object.keys(await recording.registered());
    expect(keys.filter((key) => key.includes("ServiceAccount") || key.includes("Role"))).toEqual([]);
  });

  it("leaves accounts alone whose rights cannot be computed, and says so", async () => {
    const platform = await openPlatform(clusterAt({ kind: "kubeconfig" }), { ...args, access: { create: true } });
    await expect(platform.settled()).rejects.toThrow(/stay as they are:\n {2}nowhere: no Application found/);
    const keys = Object.keys(await recording.registered());
    expect(keys.filter((key) => key.includes("ServiceAccount") || key.includes("Role"))).toEqual([]);
  });
});
