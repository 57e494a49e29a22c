import { describe, expect, it } from "@jest/globals";

import type { ObjectRef } from "../manifest/object.ts";
import { parseRef } from "../manifest/object.ts";
import type { ProjectDestination, ProjectRules } from "./project.ts";
import { refuseNamespace, refuseObject, refuseRepository } from "./rules.ts";

const OWN = { server: "https://kubernetes.default.svc", name: "in-cluster" };
const RULES: ProjectRules = {
  ...{ project: "team", cluster: OWN, clusterAllow: [], clusterDeny: [], namespaceDeny: [] },
  destinations: [{ server: OWN.server, namespace: "team-*" }],
};

describe("a repository", () => {
  it.each<[patterns: string[], url: string, permitted: boolean]>([
    [["*"], "https://github.com/any/thing.git", true],
    [[], "https://github.com/any/thing.git", false],
    [["https://github.com/my-org/*"], "https://github.com/my-org/api.git", true],
    [["https://github.com/my-org/*.git"], "https://github.com/My-Org/api", true],
    [["https://github.com/my-org/*"], "https://github.com/my-org/sub/api.git", false],
    [["https://github.com/my-org/*"], "https://github.com/my-org-evil/api.git", false],
    [["https://github.com/my-org/**"], "https://github.com/my-org/../evil/api.git", false],
    [["https://github.com/my-org/**"], "https://github.com/my-org/%2e%2E/evil/api.git", false],
    [["https://github.com/my-org/**"], "https://github.com/my-org/..%2fevil/api.git", false],
    [["*"], "https://github.com/my-org/../evil/api.git", false],
    [["git@github.com:my-org/*"], "ssh://git@github.com/my-org/api.git", true],
    [["ssh://git@github.com/my-org/*"], "git@github.com:my-org/api.git", true],
    [["*", "!https://github.com/secret/*"], "https://github.com/secret/api.git", false],
    [["*", "!https://github.com/secret/*"], "https://github.com/my-org/api.git", true],
    [["!https://github.com/secret/*"], "https://github.com/my-org/api.git", false],
    [["*", "![bad"], "https://github.com/my-org/api.git", false],
  ])("%j permits %s: %j", (sourceRepos, url, permitted) => {
    const refusal = refuseRepository({ name: "team", sourceRepos }, url);
    expect(refusal).toBe(
      permitted ? undefined : `project team does not permit the repository ${url} (spec.sourceRepos)`,
    );
  });
});

describe("a namespace", () => {
  it.each<[destinations: ProjectDestination[], namespace: string, permitted: boolean]>([
    [[{ server: "*", namespace: "*" }], "qa", true],
    [[], "qa", false],
    [[{ name: "in-cluster", namespace: "qa" }], "qa", true],
    [[{ server: OWN.server, namespace: "qa" }], "production", false],
    [[{ server: "https://other", namespace: "qa" }], "qa", false],
    [[{ server: "*", namespace: "!kube-system" }], "qa", false],
    [[{ server: "*", namespace: "!kube-system" }], "kube-system", false],
    [
      [
        { server: "*", namespace: "*" },
        { server: "*", namespace: "!kube-*" },
      ],
      "kube-public",
      false,
    ],
    [
      [
        { server: "*", namespace: "*" },
        { name: "!in-cluster", namespace: "*" },
      ],
      "qa",
      false,
    ],
    [[{ server: "!https://kubernetes.default.svc", namespace: "*" }], "qa", false],
    [[{ server: "*", namespace: "team-*" }], "team-", true],
    [[{ server: "*", namespace: "team-*" }], "xteam-a", false],
  ])("of %j, %s: %j", (destinations, namespace, permitted) => {
    const refusal = refuseNamespace({ ...RULES, destinations }, namespace);
    expect(refusal).toBe(
      permitted
        ? undefined
        : `project team does not permit the namespace ${namespace} of in-cluster (spec.destinations)`,
    );
  });
});

describe("an object", () => {
  const permits = (rules: Partial<ProjectRules>, text: string, namespaced: boolean) =>
    refuseObject({ ...RULES, ...rules }, parseRef(text), namespaced);

  it("in a permitted namespace is permitted when nothing is said of its kind", () => {
    expect(permits({}, "apps/Deployment team-a/api", true)).toBeUndefined();
  });

  it("in another namespace is refused, also when its Application lives in a permitted one", () => {
    expect(permits({}, "ConfigMap kube-system/x", true)).toBe(
      "project team does not permit the namespace kube-system of in-cluster (spec.destinations)",
    );
  });

  it("without a namespace is refused unless its kind is named", () => {
    const role = "rbac.authorization.k8s.io/ClusterRole root";
    expect(permits({}, role, false)).toBe(
      "project team does not permit rbac.authorization.k8s.io/ClusterRole, which is cluster-scoped " +
        "(spec.clusterResourceWhitelist, spec.clusterResourceBlacklist)",
    );
    expect(permits({ clusterAllow: [{ group: "*", kind: "*" }] }, role, false)).toBeUndefined();
    const deny = [{ group: "rbac.authorization.k8s.io", kind: "*" }];
    expect(permits({ clusterAllow: [{ group: "*", kind: "*" }], clusterDeny: deny }, role, false)).toBeDefined();
  });

  it("that is cluster-scoped gains nothing by naming a namespace", () => {
    expect(permits({}, "rbac.authorization.k8s.io/ClusterRole team-a/root", false)).toBeDefined();
  });

  it("that is cluster-scoped may be permitted by name", () => {
    const rules = { clusterAllow: [{ group: "", kind: "Namespace", name: "team-*" }] };
    expect(permits(rules, "Namespace team-a", false)).toBeUndefined();
    expect(permits(rules, "Namespace kube-system", false)).toBeDefined();
  });

  it.each<[rules: Partial<ProjectRules>, permitted: boolean]>([
    [{ namespaceAllow: [{ group: "apps", kind: "Deployment" }] }, true],
    [{ namespaceAllow: [{ group: "*", kind: "*" }] }, true],
    [{ namespaceAllow: [{ group: "", kind: "*" }] }, false],
    [{ namespaceAllow: [] }, false],
    [{ namespaceDeny: [{ group: "apps", kind: "*" }] }, false],
    [{ namespaceAllow: [{ group: "*", kind: "*" }], namespaceDeny: [{ group: "apps", kind: "Deployment" }] }, false],
    [{ namespaceAllow: [{ group: "!batch", kind: "!Job" }] }, false],
  ])("by %j: %j", (rules, permitted) => {
    const ref: ObjectRef = parseRef("apps/Deployment team-a/api");
    expect(refuseObject({ ...RULES, ...rules }, ref, true) === undefined).toBe(permitted);
  });
});
