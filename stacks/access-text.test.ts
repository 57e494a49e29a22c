import { describe, expect, it } from "@jest/globals";
import { parseAllDocuments } from "yaml";

import type { ClusterAccess } from "../components/access-report.ts";
import { chooseClusters, describeSeveral, formatAccess } from "./access-text.ts";

function clusterAccess(cluster: string): ClusterAccess {
  const metadata = { name: `deployer-${cluster}`, namespace: "ci" };
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false } as const;
  return { cluster, namespaces: ["ci"], access: { accounts: [account], roles: [], bindings: [] } };
}

const CLUSTERS = [clusterAccess("in-cluster"), clusterAccess("eu")];

describe("what is printed for cluster administrators", () => {
  it("says of each set which cluster it is for", () => {
    const text = formatAccess(CLUSTERS, "qa");
    expect(text.match(/^# .*$/gm)).toEqual([
      "# Environment qa, cluster in-cluster: to be applied there and nowhere else",
      "# Environment qa, cluster eu: to be applied there and nowhere else",
    ]);
    const names = parseAllDocuments(text).map((document) => document.getIn(["metadata", "name"]));
    expect(names).toEqual(["ci", "deployer-in-cluster", "ci", "deployer-eu"]);
  });

  it("is one cluster's alone when that is asked for", () => {
    expect(chooseClusters(CLUSTERS, "eu")).toEqual([CLUSTERS[1]]);
    expect(chooseClusters(CLUSTERS, undefined)).toEqual(CLUSTERS);
  });

  it.each([
    ["in-clustr", "--cluster: no Application goes to a cluster in-clustr (did you mean in-cluster?)"],
    ["asia", "--cluster: no Application goes to a cluster asia (there is in-cluster, eu)"],
  ])("is nothing for the unknown cluster %s", (wanted, sentence) =>
    expect(chooseClusters(CLUSTERS, wanted)).toBe(sentence),
  );

  it("warns whoever would apply the rights of several clusters to one", () => {
    expect(describeSeveral(CLUSTERS)).toBe(
      "access: these are for 2 clusters (in-cluster, eu); to apply them, print one at a time with --cluster NAME\n",
    );
    expect(describeSeveral(CLUSTERS.slice(1))).toBe("");
  });
});
