import { describe, expect, it } from "@jest/globals";

import { formatFailure } from "../error.ts";
import { changed } from "./application.fixture.ts";
import type { Source } from "./application.ts";
import { parseApplications } from "./parse.ts";
import { mergeSettings, readSourceOverride } from "./source-override.ts";

function parse(text: string): { readonly sources: readonly Source[]; readonly failures: readonly string[] } {
  const [file] = parseApplications([{ file: "app.yaml", text }]);
  const failures = file!.broken.flatMap((broken) => broken.failures).map(formatFailure);
  return { sources: file!.applications[0]?.sources ?? [], failures };
}

/** The one source of an Application that says this beside repoURL and path. */
function withBlock(block: string) {
  return parse(changed(["    path: k8s\n", `    path: k8s\n    ${block}\n`]));
}

function withSources(sources: string) {
  return parse(changed(["  project: default\n", `  project: default\n  sources: ${sources}\n`]));
}

const GIT = "repoURL: https://github.com/my-org/api.git";

describe("settings of a source", () => {
  it.each([
    [
      "kustomize: {namePrefix: p-, nameSuffix: -s, namespace: qa, images: ['a=b:1@sha256:ff', 'c:2'], components: [../c]}",
      {
        kustomize: {
          ...{ namePrefix: "p-", nameSuffix: "-s", namespace: "qa" },
          ...{ images: ["a=b:1@sha256:ff", "c:2"], components: ["../c"] },
        },
      },
    ],
    [
      "kustomize: {replicas: [{name: api, count: 3}, {name: job, count: '0'}]}",
      {
        kustomize: {
          replicas: [
            { name: "api", count: 3 },
            { name: "job", count: 0 },
          ],
        },
      },
    ],
    [
      "kustomize: {commonLabels: {a: b}, labelWithoutSelector: true, labelIncludeTemplates: true, kubeVersion: '1.30'}",
      { kustomize: { commonLabels: { a: "b" }, labelWithoutSelector: true, labelIncludeTemplates: true } },
    ],
    [
      "kustomize: {patches: [{patch: '- {}', target: {kind: Deployment, name: api}, options: {allowNameChange: true}}]}",
      {
        kustomize: {
          patches: [{ patch: "- {}", target: { kind: "Deployment", name: "api" }, options: { allowNameChange: true } }],
        },
      },
    ],
    [
      "directory: {recurse: true, include: '*.yaml', exclude: '{a,b}/*'}",
      { directory: { recurse: true, include: "*.yaml", exclude: "{a,b}/*" } },
    ],
    [
      "helm: {releaseName: r, valueFiles: [a.yaml], values: 'a: 1', skipCrds: true, parameters: [{name: a.b, value: 'x', forceString: true}, {name: c}]}",
      {
        helm: {
          ...{ releaseName: "r", valueFiles: ["a.yaml"], values: "a: 1", skipCrds: true },
          parameters: [
            { name: "a.b", value: "x", forceString: true },
            { name: "c", value: "", forceString: false },
          ],
        },
      },
    ],
    [
      "helm: {valuesObject: {a: yes, b: 0644, c: 1.50, d: [[1, null], {e: '0644'}], f: !!str 5, g: }, fileParameters: [{name: f, path: f.txt}]}",
      {
        helm: {
          valuesObject: { a: true, b: 420, c: 1.5, d: [[1, null], { e: "0644" }], f: "5", g: null },
          fileParameters: [{ name: "f", path: "f.txt" }],
        },
      },
    ],
    // Empty blocks are absent ones, as in Argo CD.
    ["helm: {valueFiles: [], skipCrds: false, values: ''}", {}],
    ["kustomize: {}", {}],
  ])("%s are read", (block, expected) => {
    const { sources, failures } = withBlock(block);
    expect(failures).toEqual([]);
    expect(sources).toEqual([
      { repoURL: "https://github.com/my-org/api-service.git", targetRevision: "HEAD", path: "k8s", ...expected },
    ]);
  });

  it.each([
    ["kustomize: {images: [nginx]}", "spec.source.kustomize.images[0]: expected [old=]new[:tag][@digest]"],
    ["kustomize: {images: ['--help:1']}", "spec.source.kustomize.images[0]: expected [old=]new"],
    ["kustomize: {replicas: [{count: 1}]}", "spec.source.kustomize.replicas[0]: expected a name and a count"],
    ["kustomize: {replicas: [{name: a, count: -1}]}", "replicas[0].count: expected a number of replicas, found -1"],
    ["kustomize: {replicas: [{name: a, count: x}]}", "replicas[0].count: expected a whole number"],
    ["kustomize: {labelIncludeTemplates: true}", "labelIncludeTemplates needs labelWithoutSelector"],
    ["kustomize: {patches: [{path: a, patch: b}]}", "patches[0]: expected exactly one of path and patch"],
    ["kustomize: {patches: [{patch: b, target: {knd: x}}]}", 'unknown field, did you mean "kind"?'],
    ["kustomize: {namespace: A}", "spec.source.kustomize.namespace: expected the name of a namespace"],
    ["kustomize: {commonLabels: {a: 1}}", "spec.source.kustomize.commonLabels.a: expected a text, found the number 1"],
    ["directory: {include: '[a'}", "spec.source.directory.include: expected a glob like"],
    ["directory: {jsonnet: {libs: [x]}}", "spec.source.directory.jsonnet: not supported yet"],
    ["helm: {releaseName: 'A b'}", "spec.source.helm.releaseName: expected a release name"],
    ["helm: {version: v2}", "spec.source.helm.version: expected v3"],
    ["helm: {kubeVersion: new}", "spec.source.helm.kubeVersion: expected a version of Kubernetes"],
    ["helm: {apiVersions: ['a b']}", "spec.source.helm.apiVersions[0]: expected [group/]version"],
    ["helm: {parameters: [{value: x}]}", "spec.source.helm.parameters[0]: expected a name"],
    ["helm: {fileParameters: [{name: x}]}", "spec.source.helm.fileParameters[0]: expected a name and a path"],
    ["helm: {valuesObject: [1]}", "spec.source.helm.valuesObject: expected a map"],
    ["helm: {valuesObject: {a: .inf}}", "valuesObject.a: a number must be finite"],
    ["helm: {valueFiles: [$values/a.yaml]}", 'spec.source: no source has the ref "values"'],
    ["ref: values", "spec.source.ref: expected only in spec.sources"],
    ["plugin: {name: x}", "spec.source.plugin: not supported yet"],
  ])("%s is refused", (block, reason) => {
    expect(withBlock(block).failures).toEqual([expect.stringContaining(reason)]);
  });

  it("of two tools are refused, as in Argo CD", () => {
    expect(withBlock("kustomize: {namePrefix: a}\n    directory: {recurse: true}").failures).toEqual([
      "app.yaml:20: spec.source.directory: expected one of kustomize, helm, directory, found kustomize and directory",
    ]);
  });
});

describe("spec.sources", () => {
  it("wins over spec.source", () => {
    const { sources, failures } = withSources(`[{${GIT}, path: a}, {${GIT}, ref: values, targetRevision: v1}]`);
    expect(failures).toEqual([]);
    expect(sources).toEqual([
      { repoURL: "https://github.com/my-org/api.git", targetRevision: "HEAD", path: "a" },
      { repoURL: "https://github.com/my-org/api.git", targetRevision: "v1", ref: "values" },
    ]);
  });

  it("may be empty beside spec.source", () => expect(withSources("[]").sources).toHaveLength(1));

  it.each([
    [`[{${GIT}}]`, "spec.sources[0].path: required, but not there"],
    [
      `[{${GIT}, path: a, helm: {valueFiles: [$vals/x]}}, {${GIT}, ref: values}]`,
      'no source has the ref "vals" of "$vals/x"',
    ],
    [`[{${GIT}, path: a, helm: {fileParameters: [{name: f, path: $v/x}]}}]`, 'no source has the ref "v"'],
    [`[{${GIT}, ref: v}, {${GIT}, ref: v}]`, 'expected different names, found the ref "v" twice'],
    [`[{${GIT}, ref: 'a b'}]`, "spec.sources[0].ref: expected a name of letters"],
  ])("%s is refused", (sources, reason) =>
    expect(withSources(sources).failures).toEqual([expect.stringContaining(reason)]),
  );
});

describe("a chart of a repository", () => {
  it.each([
    "https://charts.example.com",
    "https://charts.example.com/stable/",
    "http://127.0.0.1:8080",
    "oci://ghcr.io/my-org/charts",
    "registry-1.docker.io/bitnamicharts",
    "localhost:5000",
  ])("may come from %s", (repoURL) => {
    const { sources, failures } = withSources(
      `[{repoURL: "${repoURL}", chart: nginx, targetRevision: ^1.0, helm: {skipCrds: true}}]`,
    );
    expect(failures).toEqual([]);
    expect(sources).toEqual([{ repoURL, chart: "nginx", targetRevision: "^1.0", helm: { skipCrds: true } }]);
  });

  it.each([
    ["http://charts.example.com", "expected https://: plain http can be changed on its way"],
    ["https://me:hunter2@charts.example.com", "expected a URL without user and password"],
    ["oci://me:hunter2@ghcr.io/x", "expected an address without user and password"],
    ["https://charts.example.com?x=1", "without ? and #"],
    ["ssh://git@example.com/charts", "found the scheme ssh:"],
    ["file:///charts", "expected https://host/path of a chart repository"],
    ["ghcr.io/../x", "expected https://host/path of a chart repository"],
    ["-oProxyCommand=x", "expected https://host/path of a chart repository"],
  ])("does not come from %s", (repoURL, reason) => {
    const { failures } = withSources(`[{repoURL: "${repoURL}", chart: nginx, targetRevision: "1.0"}]`);
    expect(failures).toEqual([expect.stringContaining(reason)]);
    expect(failures.join()).not.toContain("hunter2");
  });

  it.each([
    ["chart: nginx", "expected targetRevision beside chart"],
    ["chart: ../nginx, targetRevision: '1'", "sources[0].chart: expected the name of a chart"],
    ["chart: nginx, targetRevision: '1', path: x", "sources[0].path: expected no such field beside chart"],
    ["chart: nginx, targetRevision: '1', ref: x", "sources[0].ref: expected no such field beside chart"],
    ["chart: nginx, targetRevision: '1', kustomize: {namePrefix: x}", "sources[0].kustomize: expected no such field"],
  ])("cannot say {%s}", (fields, reason) =>
    expect(withSources(`[{repoURL: https://charts.example.com, ${fields}}]`).failures).toEqual([
      expect.stringContaining(reason),
    ]),
  );
});

describe("an .argocd-source file", () => {
  it("is laid over the settings as a merge patch: lists are replaced, maps are merged", () => {
    const text = "kustomize: {images: ['a:2'], commonLabels: {b: '2'}}\nrepoURL: https://example.com/ignored.git\n";
    const { settings, failures } = readSourceOverride(".argocd-source.yaml", text);
    expect(failures).toEqual([]);
    const own = { kustomize: { images: ["a:1", "b:1"], commonLabels: { a: "1" }, namePrefix: "p-" } };
    expect(mergeSettings(own, settings)).toEqual({
      kustomize: { images: ["a:2"], commonLabels: { a: "1", b: "2" }, namePrefix: "p-" },
    });
  });

  it("tells its mistakes with file and line", () => {
    const { failures } = readSourceOverride("k8s/.argocd-source-api.yaml", "kustomize:\n  imags: ['a:2']\n");
    expect(failures.map(formatFailure)).toEqual([
      'k8s/.argocd-source-api.yaml:2: kustomize.imags: unknown field, did you mean "images"?',
    ]);
  });

  it("may be empty", () => expect(readSourceOverride("f", "# nothing\n")).toEqual({ settings: {}, failures: [] }));
});
