import { describe, expect, it } from "@jest/globals";

import { formatRef, refOf } from "../manifest/object.ts";
import { withNamespace } from "../manifest/scope.ts";
import { checkManifests } from "../render/manifests.ts";
import type { Projects } from "./admit.ts";
import { admit, refuseLost, refuseObjects } from "./admit.ts";
import { escapes, RESTRICTED } from "./escapes.fixture.ts";
import { parseProjects } from "./parse.ts";

const [file] = parseProjects([
  {
    file: "team.yaml",
    text: `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: { name: team }
spec:
  sourceRepos: [https://github.com/my-org/*]
  destinations: [{ name: in-cluster, namespace: team }]
`,
  },
]);
const team = file!.resources[0]!;
const projects: Projects = {
  declared: [team],
  broken: [{ name: "cracked", reason: "p.yaml:1: broken" }],
  unreadable: false,
};

const OWN = { name: "in-cluster" };
const source = { path: ".", targetRevision: "HEAD" };
const application = {
  ...{ name: "api", project: "team" },
  sources: [{ ...source, repoURL: "https://github.com/my-org/api.git" }],
  destination: { name: "in-cluster", namespace: "team" },
};

describe("the project of an Application", () => {
  it.each<[project: string, projects: Projects, refusals: string[]]>([
    ["team", projects, []],
    ["default", projects, []],
    ["cracked", projects, ["p.yaml:1: broken"]],
    ["teams", projects, ["spec.project: there is no project teams, did you mean team?"]],
    ["elsewhere", projects, ["spec.project: there is no project elsewhere (there is default, team)"]],
    ["default", { ...projects, unreadable: true }, ["project default may stand in a file that cannot be read"]],
    [
      "default",
      { ...projects, declared: [{ ...team, name: "default", destinations: [] }] },
      ["project default does not permit the namespace team of in-cluster (spec.destinations)"],
    ],
  ])("%s: %#", (project, all, refusals) =>
    expect(admit(all, { ...application, project }, OWN).refusals).toEqual(refusals),
  );

  it("may ask for signatures by its own keys, whatever other projects ask for", () => {
    const keys = ["4AEE18F83AFDEB23"];
    const [lax, other] = ["lax", "other"].map((name) => ({ ...team, name, signatureKeys: [] }));
    const signed = {
      ...projects,
      declared: [lax!, { ...team, signatureKeys: keys }, { ...other!, signatureKeys: ["x"] }],
    };
    expect(admit(signed, application, OWN)).toMatchObject({ refusals: [], signers: { project: "team", keys } });
    expect(admit(signed, { ...application, project: "lax" }, OWN)).not.toHaveProperty("signers");
  });

  it("asks nothing when it is default and nobody declared it", () => {
    expect(admit(projects, { ...application, project: "default" }, OWN)).toEqual({ refusals: [], windows: [] });
  });

  it("still asks when it is default and the file that declared it is lost", () => {
    expect(refuseLost(["payments"])).toEqual([]);
    expect(refuseLost(["default", "payments"])).toEqual([
      "project default was declared when this stack was last deployed, and no file declares it any more, so that it would permit everything; put its file back or, to permit everything, add to gitops:allowRemoval: project/default",
    ]);
  });

  it("refuses an Application for all reasons at once", () => {
    const outside = {
      ...application,
      sources: [...application.sources, { ...source, repoURL: "https://github.com/evil/a.git" }],
      destination: { name: "in-cluster", namespace: "kube-system" },
    };
    expect(admit(projects, outside, OWN).refusals).toEqual([
      "project team does not permit the repository https://github.com/evil/a.git (spec.sourceRepos)",
      "project team does not permit the namespace kube-system of in-cluster (spec.destinations)",
    ]);
  });
});

describe("the objects of an Application", () => {
  const rules = admit(projects, application, OWN).rules!;

  it("are all judged, custom resources by the definitions beside them", () => {
    const definition = { spec: { group: "x.io", scope: "Cluster", names: { kind: "Cell" } } };
    const crd = "apiextensions.k8s.io/CustomResourceDefinition cells.x.io";
    const manifests = {
      [crd]: JSON.stringify({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "cells.x.io" },
        ...definition,
      }),
      "x.io/Cell team/escape": "{}",
      "ConfigMap team/fine": "{}",
      "ConfigMap default/escape": "{}",
    };
    expect(refuseObjects(rules, manifests).map((reason) => reason.split(":", 1)[0])).toEqual([
      crd,
      "x.io/Cell team/escape",
      "ConfigMap default/escape",
    ]);
  });

  it("never get out: 400 generated attempts", () => {
    for (const attempt of escapes(400)) {
      const { manifests, failures } = checkManifests([{ value: attempt.document }]);
      expect(failures).toEqual([]);
      expect(manifests).toHaveLength(attempt.objects.length);
      const placed = withNamespace(manifests, "team");
      const named = Object.fromEntries(placed.map((object) => [formatRef(refOf(object)), JSON.stringify(object)]));
      expect(refuseObjects(RESTRICTED, named)).toHaveLength(attempt.objects.length);
    }
  });
});
