import { describe, expect, it } from "@jest/globals";

import { accessManifests } from "./manifests.ts";
import { resourceNameOf } from "./resource-name.ts";
import type { AccessScope } from "./rules.ts";
import { deployerRights, viewerRights } from "./rules.ts";

const SCOPE: AccessScope = {
  environment: "qa",
  namespaces: ["qa", "empty"],
  needs: [
    { group: "apps", kind: "Deployment", namespace: "qa" },
    { group: "apps", kind: "Deployment", namespace: "qa" },
    { group: "apps", kind: "StatefulSet", namespace: "qa" },
    { group: "", kind: "Service", namespace: "qa" },
    { group: "", kind: "ConfigMap", namespace: "jobs" },
    { group: "apiextensions.k8s.io", kind: "CustomResourceDefinition", namespace: "" },
  ],
};
const DEPLOY = ["get", "list", "watch", "create", "patch", "delete"];

describe("deployerRights", () => {
  const { namespaces, cluster } = deployerRights(SCOPE);

  it("are for the rendered kinds, each in its own namespaces", () => {
    expect(namespaces["qa"]).toEqual([
      { apiGroups: [""], resources: ["services"], verbs: DEPLOY },
      { apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: DEPLOY },
      { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    ]);
    expect(namespaces["jobs"]?.[0]).toEqual({ apiGroups: [""], resources: ["configmaps"], verbs: DEPLOY });
    expect(Object.keys(namespaces)).toEqual(["empty", "jobs", "qa", "default"]);
  });

  it("reach beyond namespaces only for kinds that are in none", () =>
    expect(cluster).toEqual([
      {
        apiGroups: [""],
        resources: ["namespaces"],
        verbs: ["get"],
        resourceNames: ["kube-system", "empty", "jobs", "qa"],
      },
      { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: DEPLOY },
    ]));

  it("let one run at a time write, by the Lease of this environment alone", () =>
    expect(namespaces["default"]).toEqual([
      { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
      {
        ...{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "patch"] },
        resourceNames: ["pulumi-gitops-qa-3f3ef786"],
      },
    ]));

  it("let shards write at once, by the Leases of all of them", () => {
    const rules = deployerRights({ environment: "qa", shards: 2, namespaces: [], needs: [] }).namespaces["default"];
    expect(rules?.[1]?.resourceNames).toEqual([
      "pulumi-gitops-qa-3f3ef786",
      "pulumi-gitops-qa-3f3ef786-shard-1",
      "pulumi-gitops-qa-3f3ef786-shard-2",
    ]);
  });

  it("keep what an environment needs in the namespace of its Lease", () => {
    const needs = [{ group: "", kind: "ConfigMap", namespace: "default" }];
    expect(deployerRights({ environment: "qa", namespaces: ["default"], needs }).namespaces["default"]).toHaveLength(4);
  });

  it("hold no wildcard and no way to more", () => {
    const rules = [...Object.values(namespaces).flat(), ...cluster];
    const words = rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    for (const word of ["*", "escalate", "bind", "impersonate", "secrets", "update", "deletecollection"])
      expect(words).not.toContain(word);
  });
});

describe("viewerRights", () => {
  it("are to get and list what the deployer may change", () => {
    const { namespaces, cluster } = viewerRights(SCOPE);
    expect(namespaces["qa"]).toEqual([
      { apiGroups: [""], resources: ["services"], verbs: ["get", "list"] },
      { apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: ["get", "list"] },
    ]);
    const verbs = new Set([...Object.values(namespaces).flat(), ...cluster].flatMap((rule) => rule.verbs));
    expect([...verbs].toSorted()).toEqual(["get", "list"]);
  });
});

describe("accessManifests", () => {
  const access = accessManifests(SCOPE, {
    deployers: [{ kind: "User", name: "ci@shop.iam.gserviceaccount.com" }],
    viewers: [{ kind: "Group", name: "developers@example.com" }],
  });

  it("make two accounts whose token nobody mounts", () =>
    expect(access.accounts).toEqual(
      ["pulumi-gitops-qa-3f3ef786-deployer", "pulumi-gitops-qa-3f3ef786-viewer"].map((name) => ({
        ...{ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: "pulumi-gitops" } },
        automountServiceAccountToken: false,
      })),
    ));

  it("bind every role to its account and to whom the settings name", () => {
    expect(access.bindings.map(({ kind, metadata: { name, namespace } }) => [kind, namespace, name])).toEqual(
      access.roles.map(({ kind, metadata: { name, namespace } }) => [`${kind}Binding`, namespace, name]),
    );
    const [deployer] = access.bindings;
    expect(deployer).toMatchObject({
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "pulumi-gitops-qa-3f3ef786-deployer" },
      subjects: [
        { kind: "ServiceAccount", name: "pulumi-gitops-qa-3f3ef786-deployer", namespace: "pulumi-gitops" },
        { kind: "User", name: "ci@shop.iam.gserviceaccount.com", apiGroup: "rbac.authorization.k8s.io" },
      ],
    });
    expect(access.bindings.at(-1)?.subjects).toContainEqual({
      ...{ kind: "Group", name: "developers@example.com", apiGroup: "rbac.authorization.k8s.io" },
    });
  });

  it("leave out a role without rules, which would say that there is something to do", () =>
    expect(access.roles.filter(({ rules }) => rules.length === 0)).toEqual([]));
});

describe("resourceNameOf", () => {
  it.each([
    ["Ingress", "ingresses"],
    ["NetworkPolicy", "networkpolicies"],
    ["Gateway", "gateways"],
    ["Endpoints", "endpoints"],
    ["HTTPRoute", "httproutes"],
    ["Proxy", "proxies"],
    ["Mesh", "meshes"],
  ])("of %s is %s", (kind, name) => expect(resourceNameOf(kind)).toBe(name));
});
