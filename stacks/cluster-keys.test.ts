import { describe, expect, it } from "@jest/globals";

import { formatFailure } from "../components/error.ts";
import type { Failure } from "../components/error.ts";
import { decodeCluster } from "./cluster-keys.ts";

function decode(value: unknown) {
  const failures: Failure[] = [];
  const cluster = decodeCluster(JSON.stringify(value), { property: "gitops:cluster", failures });
  return { cluster, mistakes: failures.map(formatFailure) };
}

const GKE = { kind: "gke", project: "shop-123", location: "europe-west1", name: "production" };
const CA = Buffer.from("-----BEGIN CERTIFICATE-----").toString("base64");

describe("gitops:cluster", () => {
  it.each([
    [{}, { kind: "kubeconfig" }],
    [{ context: "qa" }, { kind: "kubeconfig", context: "qa" }],
    [{ kind: "inCluster" }, { kind: "inCluster" }],
    [GKE, GKE],
    [
      { ...GKE, location: "europe-west1-b", endpoint: "", ca: "" },
      { ...GKE, location: "europe-west1-b" },
    ],
    [{ ...GKE, project: "example.com:shop-123", endpoint: "203.0.113.7:8443", ca: CA }, undefined],
    [{ ...GKE, endpoint: "https://gke-1.europe-west1.gke.goog" }, undefined],
  ])("takes %j", (value, expected) => expect(decode(value)).toEqual({ cluster: expected ?? value, mistakes: [] }));

  it("says all that is missing of a GKE cluster", () =>
    expect(decode({ kind: "gke" }).mistakes).toEqual([
      "gitops:cluster.project: expected the id of a Google Cloud project, found nothing",
      "gitops:cluster.location: expected a region or zone such as europe-west1, found nothing",
      "gitops:cluster.name: expected the name of a GKE cluster, found nothing",
    ]));

  it("says all that is wrong with it, and each mistake once", () =>
    expect(
      decode({ ...GKE, project: "-", location: "Europe", name: "P", endpoint: "http://x", ca: "no base64!" }).mistakes,
    ).toEqual([
      'gitops:cluster.project: expected the id of a Google Cloud project, found "-"',
      'gitops:cluster.location: expected a region or zone such as europe-west1, found "Europe"',
      'gitops:cluster.name: expected the name of a GKE cluster, found "P"',
      'gitops:cluster.endpoint: expected a host or an https URL, found "http://x"',
      'gitops:cluster.ca: expected certificates in base64, as clusterCaCertificate in the description of the cluster, found "no base64!"',
    ]));

  it.each([
    [
      { ...GKE, context: "x" },
      "gitops:cluster.context: unknown key, expected one of kind, project, location, name, endpoint, ca, create",
    ],
    [{ kind: "inCluster", path: "x" }, "gitops:cluster.path: unknown key, expected one of kind"],
    [{ project: "x" }, "gitops:cluster.project: unknown key, expected one of kind, path, context"],
    [{ kind: 1 }, 'gitops:cluster.kind: expected "kubeconfig" or "inCluster" or "gke", found 1'],
    [[], 'gitops:cluster: expected a map, found "[]"'],
  ])("knows which keys belong to which kind: %j", (value, mistake) =>
    expect(decode(value).mistakes).toEqual([mistake]),
  );
});

describe("gitops:cluster.create", () => {
  const decodeNew = (create: unknown, more: object = {}) => decode({ ...GKE, ...more, create });

  it.each([
    [{}],
    [
      {
        ...{
          mode: "standard",
          releaseChannel: "STABLE",
          endpoint: "ip",
          authorizedNetworks: { office: "203.0.113.0/24" },
        },
        network: {
          nodes: "10.10.0.0/20",
          pods: "10.20.0.0/14",
          services: "10.10.16.0/20",
          nat: false,
          flowLogs: false,
        },
        nodePools: { jobs: { machineType: "c3-standard-8", minNodes: 0, maxNodes: 9, spot: true, labels: { a: "b" } } },
        ...{ binaryAuthorization: true, registry: "images", maintenanceStart: "23:30", deletionProtection: false },
        ...{ secretsKey: "projects/p/locations/l/keyRings/r/cryptoKeys/k", labels: { team: "shop" } },
      },
    ],
  ])("takes %j", (create) => expect(decodeNew(create)).toEqual({ cluster: { ...GKE, create }, mistakes: [] }));

  it("takes what `pulumi config set --path` makes of numbers and flags, in both spellings", () =>
    expect(
      decodeNew({ mode: "standard", binaryAuthorization: "true", nodePools: { a: { maxNodes: "5" } } }).cluster,
    ).toMatchObject({ create: { binaryAuthorization: true, nodePools: { a: { maxNodes: 5 } } } }));

  it("says all that is wrong at once", () =>
    expect(
      decodeNew(
        {
          ...{
            mode: "auto",
            endpoint: "dns",
            authorizedNetworks: { home: "203.0.113.7/24" },
            maintenanceStart: "25:00",
          },
          network: { pods: "10.0.0.0/33", node: "x" },
          nodePools: { jobs: { minNodes: 5, maxNodes: 2.5 }, Big: {} },
        },
        { location: "europe-west1-b", endpoint: "203.0.113.7", name: "a-name-of-25-characters-xy" },
      ).mistakes,
    ).toEqual([
      'gitops:cluster.create.mode: expected "autopilot" or "standard", found "auto"',
      'gitops:cluster.create.authorizedNetworks.home: expected an IPv4 range such as 10.0.0.0/20, found "203.0.113.7/24"',
      'gitops:cluster.create.maintenanceStart: expected a time like "03:00", UTC, found "25:00"',
      'gitops:cluster.create.network.pods: expected an IPv4 range such as 10.0.0.0/20, found "10.0.0.0/33"',
      'gitops:cluster.create.network.node: unknown key, did you mean "nodes"?',
      "gitops:cluster.create.nodePools.jobs.maxNodes: expected a whole number from 1 to 1000, found 2.5",
      "gitops:cluster.create.nodePools.jobs.minNodes: expected at most 3, found 5",
      'gitops:cluster.create.nodePools.Big: expected the name of a node pool, found "Big"',
      'gitops:cluster.create.nodePools: expected mode: standard beside it, found "autopilot"',
      'gitops:cluster.create.authorizedNetworks: expected endpoint: ip beside it, found "dns"',
      'gitops:cluster.endpoint: expected nothing, because the cluster is to be created, found "203.0.113.7"',
      'gitops:cluster.location: expected a region, because the cluster is to be created, found "europe-west1-b"',
      'gitops:cluster.name: expected at most 24 characters, because the cluster is to be created, found "a-name-of-25-characters-xy"',
    ]));
});
