import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { formatFailure } from "../error.ts";
import { readKustomization } from "./kustomization.ts";
import { isBelow, resolveReference } from "./reference.ts";
import { readPlugins } from "./resolve.ts";

const FILE = "k8s/overlays/qa/kustomization.yaml";

function failuresOf(text: string): readonly string[] {
  return readKustomization(FILE, text, false).failures.map(formatFailure);
}

function referencesOf(text: string, asPlugins = false): readonly string[] {
  const { kustomization, failures } = readKustomization(FILE, text, asPlugins);
  expect(failures).toStrictEqual([]);
  return (kustomization?.references ?? []).map(({ use, path, property, line }) => `${line} ${property} ${use} ${path}`);
}

describe("readKustomization", () => {
  it("finds everything a kustomization names, with its line", () => {
    const text = `
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: qa
namePrefix: qa-
labels: [{pairs: {a: b}}]
images: [{name: x, newTag: v1}]
resources:
  - ../../base
  - ./hpa.yaml
bases: [../../old]
components: [../../components/x]
crds: [crd.json]
configurations: [sub/config.yaml]
openapi: {path: schema.json}
patches:
  - path: patch.yaml
    target: {kind: Deployment}
  - patch: "[]"
patchesJson6902: [{path: six.yaml}]
patchesStrategicMerge:
  - merge.yaml
  - |
    apiVersion: v1
    kind: Service
replacements: [{path: replacement.yaml}, {source: {kind: X}, targets: []}]
configMapGenerator:
  - name: c
    files: [a.txt, key=b.txt]
    envs: [c.env]
secretGenerator:
  - {name: s, env: d.env, literals: [a=b], type: Opaque}
generators: [generator.yaml]
transformers: []
validators:
`;
    expect(referencesOf(text)).toStrictEqual([
      "9 resources[0] resource k8s/base",
      "10 resources[1] resource k8s/overlays/qa/hpa.yaml",
      "11 bases[0] resource k8s/old",
      "12 components[0] component k8s/components/x",
      "13 crds[0] file k8s/overlays/qa/crd.json",
      "14 configurations[0] file k8s/overlays/qa/sub/config.yaml",
      "15 openapi.path file k8s/overlays/qa/schema.json",
      "17 patches[0].path file k8s/overlays/qa/patch.yaml",
      "20 patchesJson6902[0].path file k8s/overlays/qa/six.yaml",
      "22 patchesStrategicMerge[0] file k8s/overlays/qa/merge.yaml",
      "26 replacements[0].path file k8s/overlays/qa/replacement.yaml",
      "29 configMapGenerator[0].files[0] file k8s/overlays/qa/a.txt",
      "29 configMapGenerator[0].files[1] file k8s/overlays/qa/b.txt",
      "30 configMapGenerator[0].envs[0] file k8s/overlays/qa/c.env",
      "32 secretGenerator[0].env file k8s/overlays/qa/d.env",
      "33 generators[0] plugin k8s/overlays/qa/generator.yaml",
    ]);
  });

  it("takes the resources of a folder of plugins for plugins", () => {
    expect(referencesOf("resources: [a.yaml]", true)).toStrictEqual(["1 resources[0] plugin k8s/overlays/qa/a.yaml"]);
  });

  it.each([
    "https://example.com/x.yaml",
    "http://127.0.0.1:8080/x.yaml",
    "HTTP://example.com/x",
    "http:x",
    "https://github.com/org/repo//path?x",
    "github.com/org/repo/path",
    "github.com/org/repo?x",
    "git@github.com:org/repo",
    "git::https://github.com/org/repo",
    "ssh://git@github.com/org/repo",
    "file:///etc/passwd",
    "org@host:repo",
    "../../../../etc",
    "../../../..",
    "/etc/passwd",
    "a\\b",
    "",
    "a\tb",
  ])("refuses %j wherever a path may stand", (path) => {
    const text = JSON.stringify(path);
    const rows = [
      ...[
        "resources",
        "bases",
        "components",
        "crds",
        "configurations",
        "generators",
        "transformers",
        "validators",
        "patchesStrategicMerge",
      ].map((key) => `${key}: [${text}]`),
      ...(path === ""
        ? []
        : [
            `patches: [{path: ${text}}]`,
            `patchesJson6902: [{path: ${text}}]`,
            `replacements: [{path: ${text}}]`,
            `openapi: {path: ${text}}`,
          ]),
      ...["configMapGenerator", "secretGenerator"].flatMap((key) => [
        `${key}: [{files: [${text}]}]`,
        `${key}: [{files: [${JSON.stringify(`key=${path}`)}]}]`,
        `${key}: [{envs: [${text}]}]`,
        `${key}: [{env: ${text}}]`,
      ]),
    ];
    expect(rows.filter((row) => failuresOf(row).length === 0)).toStrictEqual([]);
  });

  it.each([
    ["helmCharts: []", /helmCharts: Helm charts are not rendered/],
    ["helmGlobals: {}", /Helm charts are not rendered/],
    ["helmChartInflationGenerator: []", /Helm charts are not rendered/],
    ["Resources: [x]", /Resources: unknown key: did you mean "resources"/],
    ["re\u017fources: [x]", /unknown key/],
    ["patches: [{Path: x}]", /patches\[0\].Path: unknown key/],
    ["configMapGenerator: [{FILES: [x]}]", /unknown key "FILES"/],
    ["constructor: 1", /unknown key/],
    ["resources: x", /resources: expected a list/],
    ["resources: [{a: b}]", /resources\[0\]: expected a path/],
    ["patches: [x]", /patches\[0\]: expected a map/],
    ["resources: [a]\nresources: [b]", /duplicate key/],
    ["crds: [../x.json]", /expected a file in or below the folder of the kustomization/],
    ["patches: [{path: ../p.yaml}]", /expected a file in or below the folder of the kustomization/],
    ["", /expected a kustomization, found none/],
    ["[]", /expected a kustomization, found none/],
    ["a: 1\n---\nb: 2", /expected one YAML document/],
    ["# c\u2028resources: [https://x]", /U\+2028/],
  ])("refuses %j", (text, failure) => {
    expect(failuresOf(text).join("\n")).toMatch(failure);
  });

  it("reports all mistakes at once, each with its line", () => {
    expect(
      failuresOf("resources:\n- https://x/y\n- /z\nhelmCharts: []\nfoo: 1")
        .map((text) => text.slice(0, FILE.length + 2))
        .sort(),
    ).toStrictEqual([2, 3, 4, 5].map((line) => `${FILE}:${line}`));
  });
});

describe("plugins", () => {
  const builtin = (kind: string, rest = "") => `apiVersion: builtin\nkind: ${kind}\nmetadata: {name: x}\n${rest}`;
  const failures = (text: string) =>
    readPlugins({ file: "k8s/p.yaml", folder: "k8s" }, text).failures.map(formatFailure);

  it("name files", () => {
    const texts = [
      builtin("PatchTransformer", "path: a.yaml"),
      builtin("PatchStrategicMergeTransformer", "paths: [b.yaml]"),
      builtin("ConfigMapGenerator", "files: [k=c.txt]\nenvs: [d.env]"),
      builtin("ReplacementTransformer", "replacements: [{path: e.yaml}]"),
      builtin("LabelTransformer", "labels: {a: b}\nfieldSpecs: [{path: metadata/labels, create: true}]"),
    ];
    const { references } = readPlugins({ file: "k8s/p.yaml", folder: "k8s" }, texts.join("\n---\n"));
    expect(references.map(({ path }) => path)).toStrictEqual(
      ["a.yaml", "b.yaml", "c.txt", "d.env", "e.yaml"].map((name) => `k8s/${name}`),
    );
  });

  it.each([
    builtin("HelmChartInflationGenerator"),
    builtin("ExecTransformer"),
    "apiVersion: someteam.example.com/v1\nkind: ChartInflator",
    'apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: x, annotations: {config.kubernetes.io/function: "exec: {path: ./x}"}}',
    builtin("PatchTransformer", "Path: a.yaml"),
    builtin("PatchTransformer", "path: https://x/y"),
    builtin("ConfigMapGenerator", "files: [../../x]"),
    "[]",
  ])("are refused: %j", (text) => {
    expect(failures(text)).toHaveLength(1);
    expect(failuresOf(`transformers:\n- |\n${text.replace(/^/gm, "    ")}\n`)).toHaveLength(1);
  });
});

describe("resolveReference", () => {
  it("never leaves the repository", () => {
    const part = fc.constantFrom("..", ".", "", "a", "b c", "...", "-x", "~");
    fc.assert(
      fc.property(fc.array(part), fc.array(part), (folder, text) => {
        const resolved = resolveReference(
          folder.filter((name) => /^[a-z]/.test(name)).join("/") || ".",
          text.join("/"),
        );
        if ("path" in resolved) expect(resolved.path).not.toMatch(/^\/|(^|\/)\.\.(\/|$)|\/$/);
      }),
    );
  });
});

it("does not take a sibling with the same beginning for a folder below", () => {
  expect(["a/b", "a", "ab", "ab/c", "b"].map((path) => isBelow(path, "a"))).toStrictEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(isBelow("x", ".")).toBe(true);
});
