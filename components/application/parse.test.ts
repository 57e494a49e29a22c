import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { formatFailure } from "../error.ts";
import { APPLICATION, changed } from "./application.fixture.ts";
import type { Application } from "./application.ts";
import { parseApplications } from "./parse.ts";

function parse(text: string): {
  applications: readonly Application[];
  failures: string[];
  names: (string | undefined)[];
} {
  const [parsed] = parseApplications([{ file: "app.yaml", text }]);
  return {
    applications: parsed!.applications,
    failures: parsed!.broken.flatMap(({ failures }) => failures.map(formatFailure)),
    names: parsed!.broken.map(({ name }) => name),
  };
}

function only(text: string): Application {
  const { applications, failures } = parse(text);
  expect(failures).toEqual([]);
  expect(applications).toHaveLength(1);
  return applications[0]!;
}

describe("a valid Application", () => {
  it("is read in full", () => {
    expect(only(APPLICATION)).toEqual({
      name: "api-service",
      file: "app.yaml",
      project: "default",
      labels: { team: "payments" },
      annotationLines: {
        "argocd-image-updater.argoproj.io/image-list": 9,
        "argocd-image-updater.argoproj.io/app.allow-tags": 10,
      },
      annotations: {
        "argocd-image-updater.argoproj.io/image-list": "app=registry.example.com/my-org/api-service",
        "argocd-image-updater.argoproj.io/app.allow-tags": "regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$",
      },
      finalizers: ["resources-finalizer.argocd.argoproj.io"],
      sources: [{ repoURL: "https://github.com/my-org/api-service.git", targetRevision: "HEAD", path: "k8s" }],
      destination: { server: "https://kubernetes.default.svc", namespace: "production" },
      automated: { prune: true, selfHeal: true, allowEmpty: false },
      createNamespace: true,
      syncOptions: [],
      retry: { limit: 3, backoff: { durationMs: 10_000, factor: 3, maxDurationMs: 90_000 } },
      ...{ ignoreDifferences: [], jqExpressions: [] },
    });
  });

  it("may be JSON, indented with tabs", () => {
    const document = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      metadata: { name: "api" },
      spec: {
        source: { repoURL: "git@github.com:my-org/api.git", path: "." },
        destination: { name: "in-cluster", namespace: "qa" },
      },
    };
    expect(only(JSON.stringify(document, null, "\t"))).toMatchObject({
      name: "api",
      project: "default",
      sources: [{ targetRevision: "HEAD", path: "." }],
      destination: { name: "in-cluster", namespace: "qa" },
      createNamespace: false,
    });
  });

  it("is read as Argo CD's own controller writes it back, with empty blocks and nulls", () => {
    const text = changed(
      ["    path: k8s", "    path: k8s\n    directory: {jsonnet: {}, recurse: false}\n    kustomize: {}\n    helm:"],
      [
        "  project: default",
        '  project: ""\n  sources: []\n  ignoreDifferences: []\n  info: [{name: a, value: b}]\n  revisionHistoryLimit: 3',
      ],
      ["    targetRevision: HEAD", '    targetRevision: ""'],
    );
    expect(only(text)).toMatchObject({ project: "default", sources: [{ targetRevision: "HEAD", path: "k8s" }] });
  });

  it("may stand in a file with a byte order mark, Windows line ends and further documents", () => {
    const second = changed(["name: api-service", "name: worker"]);
    const { applications, failures } = parse(
      `\uFEFF---\n${APPLICATION}---\n# nothing\n---\n${second}---\n`.replaceAll("\n", "\r\n"),
    );
    expect(failures).toEqual([]);
    expect(applications.map(({ name }) => name)).toEqual(["api-service", "worker"]);
  });

  it("may use anchors and aliases", () => {
    const text = changed(["    team: payments", "    team: &team payments\n    owner: *team"]);
    expect(only(text).labels).toEqual({ team: "payments", owner: "payments" });
  });

  it("takes the words for booleans that kubectl takes", () => {
    expect(only(changed(["prune: true", "prune: yes"], ["selfHeal: true", "selfHeal: off"])).automated).toEqual({
      prune: true,
      selfHeal: false,
      allowEmpty: false,
    });
  });

  it("keeps a range of versions and the prefix of its tags", () => {
    const text = changed(["    targetRevision: HEAD", '    targetRevision: ">=1.0 <2"\n    tagPrefix: api/']);
    expect(only(text).sources[0]).toMatchObject({ targetRevision: ">=1.0 <2", tagPrefix: "api/" });
    expect(only(changed(["    path: k8s", '    path: k8s\n    tagPrefix: ""'])).sources[0]).not.toHaveProperty(
      "tagPrefix",
    );
  });

  it("refuses a prefix that could be an option", () => {
    const { failures } = parse(changed(["    path: k8s", "    path: k8s\n    tagPrefix: --x"]));
    expect(failures).toEqual([
      expect.stringMatching(/spec.source.tagPrefix: expected the beginning of a tag, found "--x"$/),
    ]);
  });

  it("may say what its namespace carries", () => {
    const metadata = "    managedNamespaceMetadata: {labels: {team: a}, annotations: {example.com/b: c d}}\n";
    expect(only(changed(["    syncOptions:", `${metadata}    syncOptions:`])).namespaceMetadata).toEqual({
      labels: { team: "a" },
      annotations: { "example.com/b": "c d" },
    });
  });

  it("gives a folder one spelling", () => {
    expect(only(changed(["path: k8s", "path: ./deploy//k8s/"])).sources[0]?.path).toBe("deploy/k8s");
  });

  it("keeps what the infra folder holds", () => {
    const folder = new URL("../../infra/applications/", import.meta.url);
    const files = readdirSync(folder).map((file) => ({ file, text: readFileSync(new URL(file, folder), "utf8") }));
    const parsed = parseApplications(files);
    expect(parsed.flatMap(({ broken }) => broken)).toEqual([]);
    expect(parsed.flatMap(({ applications }) => applications.map(({ name }) => name))).toEqual([
      "api-service",
      "scheduler-service",
      "worker-service",
    ]);
  });
});

describe("automation and retries", () => {
  const defaults = { durationMs: 5_000, factor: 2, maxDurationMs: 180_000 };
  const automated = { prune: false, selfHeal: false, allowEmpty: false };

  it.each([
    [
      "retries five times without a retry block",
      "    automated: {}\n",
      { automated, retry: { limit: 5, backoff: defaults } },
    ],
    [
      "does not retry with an empty retry block",
      "    automated: {}\n    retry: {}\n",
      { automated, retry: { limit: 0, backoff: defaults } },
    ],
    [
      "retries without end",
      "    automated: {}\n    retry: {limit: -1}\n",
      { automated, retry: { limit: -1, backoff: defaults } },
    ],
    ["is automatic when enabled says so", "    automated: {enabled: true}\n", { automated }],
    [
      "keeps the defaults beside what is given",
      "    retry: {limit: 2, backoff: {duration: '3', maxDuration: '0'}}\n",
      { retry: { limit: 2, backoff: { durationMs: 3000, factor: 2, maxDurationMs: 0 } } },
    ],
    [
      "accepts refresh, which is what is done anyway",
      "    retry: {limit: 2, refresh: false}\n",
      { retry: { limit: 2, backoff: defaults } },
    ],
  ])("%s", (_title, policy, expected) => {
    const text = APPLICATION.slice(0, APPLICATION.indexOf("    automated:")) + policy;
    expect(only(text)).toMatchObject(expected);
  });

  it.each([
    ["without automated", "    syncOptions: []\n"],
    ["with automated switched off", "    automated: {enabled: false, prune: true}\n"],
  ])("is manual and never retries %s", (_title, policy) => {
    const application = only(APPLICATION.slice(0, APPLICATION.indexOf("    automated:")) + policy);
    expect(application.automated).toBeUndefined();
    expect(application.retry.limit).toBe(0);
  });

  it("needs no sync policy at all", () => {
    const application = only(
      changed([APPLICATION.slice(APPLICATION.indexOf("  syncPolicy:"), APPLICATION.indexOf("status:")), ""]),
    );
    expect(application).toMatchObject({ createNamespace: false, retry: { limit: 0 } });
  });
});

describe("one mistake", () => {
  it.each<[title: string, from: string, to: string, failure: string]>([
    [
      "a misspelt field",
      "  project: default",
      "  projekt: default",
      'app.yaml:14: spec.projekt: unknown field, did you mean "project"?',
    ],
    [
      "a field in the wrong map",
      "    automated:",
      "    prune: true\n    automated:",
      "app.yaml:23: spec.syncPolicy.prune: unknown field here, it belongs in spec.syncPolicy.automated",
    ],
    ["a field nobody knows", "  project: default", "  frobnicate: 1", "app.yaml:14: spec.frobnicate: unknown field"],
    [
      "an unknown field without a value",
      "  project: default",
      "  frobnicate:",
      "app.yaml:14: spec.frobnicate: unknown field",
    ],
    [
      "a duplicate key",
      "  project: default",
      "  project: default\n  project: other",
      "app.yaml:15: spec.project: duplicate key: it stands in line 14 already",
    ],
    [
      "a merge key",
      "  project: default",
      "  <<: {}",
      'app.yaml:14: spec["<<"]: merge keys are not supported: write the fields out',
    ],
    [
      "a key that is no text",
      "  project: default",
      "  1: x",
      "app.yaml:14: spec: expected a field name, found the number 1",
    ],
    [
      "a number for a text",
      "targetRevision: HEAD",
      "targetRevision: 1.0",
      "app.yaml:17: spec.source.targetRevision: expected a text, found the number 1.0: put it in quotes",
    ],
    [
      "a word that is a boolean",
      "name: api-service",
      "name: y",
      "app.yaml:4: metadata.name: expected a text, found the boolean y: put it in quotes",
    ],
    [
      "a text for a boolean",
      "prune: true",
      'prune: "true"',
      'app.yaml:24: spec.syncPolicy.automated.prune: expected true or false, found "true"',
    ],
    [
      "an octal number",
      "limit: 3",
      "limit: 010",
      "app.yaml:29: spec.syncPolicy.retry.limit: expected a whole number, found the number 010",
    ],
    [
      "a broken number",
      "limit: 3",
      "limit: 2.5",
      "app.yaml:29: spec.syncPolicy.retry.limit: expected a whole number, found the number 2.5",
    ],
    [
      "a list for a map",
      "  source:",
      "  source: []\n  info:",
      "app.yaml:15: spec.source: expected a map, found a list",
    ],
    [
      "a map for a list",
      "syncOptions:\n      - CreateNamespace=true",
      "syncOptions: {CreateNamespace: true}",
      "app.yaml:26: spec.syncPolicy.syncOptions: expected a list, found a map",
    ],
    [
      "nothing in a list",
      "      - CreateNamespace=true",
      "      -",
      "app.yaml:27: spec.syncPolicy.syncOptions[0]: expected a text, found nothing",
    ],
    [
      "an unknown finalizer",
      "- resources-finalizer.argocd.argoproj.io",
      "- resources-finalizers.argocd.argoproj.io",
      'app.yaml:12: metadata.finalizers[0]: unknown finalizer "resources-finalizers.argocd.argoproj.io", did you mean "resources-finalizer.argocd.argoproj.io"?',
    ],
    [
      "a bad name",
      "name: api-service",
      "name: Api_Service",
      'app.yaml:4: metadata.name: expected a name of lower case letters, digits, - and . (RFC 1123 subdomain), found "Api_Service"',
    ],
    ["no name", "  name: api-service\n", "", "app.yaml:3: metadata.name: required, but not there"],
    [
      "a generated name",
      "namespace: argocd",
      "generateName: api-",
      "app.yaml:5: metadata.generateName: not supported yet: give the Application a name",
    ],
    [
      "a bad label",
      "team: payments",
      "team: the payments team",
      'app.yaml:7: metadata.labels.team: expected a label value of at most 63 letters, digits, -, _ and ., found "the payments team"',
    ],
    [
      "a bad annotation key",
      "    argocd-image-updater.argoproj.io/image-list:",
      "    /image-list:",
      'app.yaml:9: metadata.annotations["/image-list"]: expected a key like example.com/name',
    ],
    [
      "an annotation that is no text",
      "app=registry.example.com/my-org/api-service",
      "5",
      'app.yaml:9: metadata.annotations["argocd-image-updater.argoproj.io/image-list"]: expected a text, found the number 5: put it in quotes',
    ],
    [
      "an annotation of ours that is unknown",
      "argocd-image-updater.argoproj.io/image-list",
      "pulumi-gitops.dev/adopt",
      'app.yaml:9: metadata.annotations["pulumi-gitops.dev/adopt"]: no annotation of this name is known for an Application',
    ],
    [
      "a flag of Argo CD that is none",
      "argocd-image-updater.argoproj.io/image-list: app=registry.example.com/my-org/api-service",
      "argocd.argoproj.io/skip-reconcile: 'yes'",
      'app.yaml:9: metadata.annotations["argocd.argoproj.io/skip-reconcile"]: expected "true" or "false", found "yes"',
    ],
    [
      "an annotation of Argo CD that is misspelt",
      "argocd-image-updater.argoproj.io/image-list: app=registry.example.com/my-org/api-service",
      "argocd.argoproj.io/sync-option: Prune=false",
      'app.yaml:9: metadata.annotations["argocd.argoproj.io/sync-option"]: no annotation of Argo CD is called "argocd.argoproj.io/sync-option", did you mean "argocd.argoproj.io/sync-options"?',
    ],
    [
      "an approval without a time",
      "argocd-image-updater.argoproj.io/image-list: app=registry.example.com/my-org/api-service",
      "argocd.argoproj.io/deletion-approved: '2026-01-31'",
      'app.yaml:9: metadata.annotations["argocd.argoproj.io/deletion-approved"]: expected a time such as "2026-01-31T12:00:00Z" (RFC 3339), found "2026-01-31"',
    ],
    [
      "a compare option nobody knows",
      "argocd-image-updater.argoproj.io/image-list: app=registry.example.com/my-org/api-service",
      "argocd.argoproj.io/compare-options: ServerSidDiff=true",
      'app.yaml:9: metadata.annotations["argocd.argoproj.io/compare-options"]: unknown compare option "ServerSidDiff=true", did you mean "ServerSideDiff=true"?',
    ],
    [
      "no spec",
      APPLICATION.slice(APPLICATION.indexOf("spec:"), APPLICATION.indexOf("status:")),
      "",
      "app.yaml:1: spec: required, but not there",
    ],
    [
      "no source",
      APPLICATION.slice(APPLICATION.indexOf("  source:"), APPLICATION.indexOf("  destination:")),
      "",
      "app.yaml:13: spec.source: required, but not there",
    ],
    ["no path", "    path: k8s\n", "", "app.yaml:15: spec.source.path: required, but not there"],
    [
      "a path out of the repository",
      "path: k8s",
      "path: k8s/../..",
      'app.yaml:18: spec.source.path: expected a folder in the repository, relative and without .., found "k8s/../.."',
    ],
    [
      "an absolute path",
      "path: k8s",
      "path: /etc",
      'app.yaml:18: spec.source.path: expected a folder in the repository, relative and without .., found "/etc"',
    ],
    [
      "an option as revision",
      "targetRevision: HEAD",
      "targetRevision: --upload-pack=x",
      'app.yaml:17: spec.source.targetRevision: expected a branch, a tag, a commit, HEAD or a range of versions, found "--upload-pack=x"',
    ],
    [
      "a repository with a password",
      "https://github.com",
      "https://me:secret@github.com",
      "app.yaml:16: spec.source.repoURL: expected a URL without user and password: Git's credential helper or SSH agent supplies them",
    ],
    [
      "no destination namespace",
      "    namespace: production\n",
      "",
      "app.yaml:19: spec.destination.namespace: required, but not there",
    ],
    [
      "a bad namespace",
      "namespace: production",
      "namespace: pro.duction",
      'app.yaml:21: spec.destination.namespace: expected the name of a namespace (RFC 1123 label), found "pro.duction"',
    ],
    [
      "two destinations",
      "    namespace: production",
      "    namespace: production\n    name: in-cluster",
      "app.yaml:19: spec.destination: expected exactly one of server and name, found both",
    ],
    [
      "no destination",
      "    server: https://kubernetes.default.svc\n",
      "",
      "app.yaml:19: spec.destination: expected exactly one of server and name, found neither",
    ],
    [
      "a server that is no URL",
      "https://kubernetes.default.svc",
      "kubernetes",
      "app.yaml:20: spec.destination.server: expected the URL of an API server without user and password, like https://kubernetes.default.svc",
    ],
    [
      "a misspelt sync option",
      "CreateNamespace=true",
      "CreateNamspace=true",
      'app.yaml:27: spec.syncPolicy.syncOptions[0]: unknown sync option "CreateNamspace=true", did you mean "CreateNamespace"?',
    ],
    [
      "labels of a namespace that nobody makes",
      "    syncOptions:\n      - CreateNamespace=true",
      "    managedNamespaceMetadata: {labels: {team: a}}",
      "app.yaml:26: spec.syncPolicy.managedNamespaceMetadata: has no effect without CreateNamespace=true in syncOptions",
    ],
    [
      "a bad label of a namespace",
      "    syncOptions:",
      "    managedNamespaceMetadata: {labels: {team: a b}}\n    syncOptions:",
      'app.yaml:26: spec.syncPolicy.managedNamespaceMetadata.labels.team: expected a label value of at most 63 letters, digits, -, _ and ., found "a b"',
    ],
    [
      "our own mark on a namespace",
      "    syncOptions:",
      "    managedNamespaceMetadata: {annotations: {pulumi-gitops.dev/tracking-id: x}}\n    syncOptions:",
      'app.yaml:26: spec.syncPolicy.managedNamespaceMetadata.annotations["pulumi-gitops.dev/tracking-id"]: pulumi-gitops.dev/tracking-id is not for namespaces',
    ],
    [
      "an unknown value of a sync option",
      "CreateNamespace=true",
      "Prune=flase",
      'app.yaml:27: spec.syncPolicy.syncOptions[0]: sync option "Prune=flase": expected Prune=true or Prune=false or Prune=confirm',
    ],
    [
      "a sync option of single objects",
      "CreateNamespace=true",
      "Force=true",
      'app.yaml:27: spec.syncPolicy.syncOptions[0]: sync option "Force=true" belongs on single objects, in their annotation argocd.argoproj.io/sync-options',
    ],
    [
      "a bad duration",
      "duration: 10s",
      "duration: ten",
      'app.yaml:31: spec.syncPolicy.retry.backoff.duration: expected a duration like "5s", "1m30s" or "5" (seconds), found "ten"',
    ],
    [
      "no wait between retries",
      "duration: 10s",
      "duration: 0s",
      "app.yaml:31: spec.syncPolicy.retry.backoff.duration: expected a duration above zero",
    ],
    [
      "a factor that makes waits shrink",
      "factor: 3",
      "factor: 0",
      "app.yaml:32: spec.syncPolicy.retry.backoff.factor: expected 1 or more, found 0",
    ],
    [
      "a foreign tag",
      "project: default",
      "project: !env default",
      'app.yaml:14: spec.project: the tag "!env" is not allowed',
    ],
    [
      "an alias without an anchor",
      "project: default",
      "project: *nowhere",
      'app.yaml:14: spec.project: no anchor "&nowhere" stands before this alias',
    ],
    [
      "another kind",
      "kind: Application",
      "kind: Deployment",
      'app.yaml:2: kind: only Applications belong into this folder: expected kind Application of argoproj.io/v1alpha1, found "Deployment" of "argoproj.io/v1alpha1"',
    ],
    [
      "a kind for later",
      "kind: Application",
      "kind: ApplicationSet",
      'app.yaml:2: kind: not supported yet: expected kind Application of argoproj.io/v1alpha1, found "ApplicationSet" of "argoproj.io/v1alpha1"',
    ],
    [
      "a list of objects",
      "kind: Application",
      "kind: List",
      'app.yaml:2: kind: lists are not read, separate the Applications by --- lines: expected kind Application of argoproj.io/v1alpha1, found "List" of "argoproj.io/v1alpha1"',
    ],
    [
      "another API",
      "argoproj.io/v1alpha1",
      "app.k8s.io/v1beta1",
      'app.yaml:1: apiVersion: only Applications belong into this folder: expected kind Application of argoproj.io/v1alpha1, found "Application" of "app.k8s.io/v1beta1"',
    ],
    ["no kind", "kind: Application\n", "", "app.yaml:1: kind: required, but not there"],
    [
      "a tab",
      "  project: default",
      "\tproject: default",
      "app.yaml:14: found a tab in the indentation: YAML allows only spaces there",
    ],
  ])("%s is the only thing reported, with its line", (_title, from, to, failure) => {
    const { applications, failures } = parse(changed([from, to]));
    expect(failures).toEqual([failure]);
    expect(applications).toEqual([]);
  });

  it.each([
    ["an empty file", ""],
    ["comments only", "# was: api-service\n"],
    ["empty documents only", "---\n---\nnull\n"],
  ])("%s is not taken for no Application", (_title, text) => {
    expect(parse(text).failures).toEqual(["app.yaml: expected an Argo CD Application, found an empty file"]);
  });

  it.each([
    ["a list", "- a\n- b\n", "app.yaml:1: expected a map, found a list"],
    ["a text", "hello\n", 'app.yaml:1: expected a map, found "hello"'],
  ])("%s as a document is refused", (_title, text, failure) => expect(parse(text).failures).toEqual([failure]));
});

describe("fields that are known but not carried out", () => {
  it.each([
    ["spec", "sourceHydrator: {drySource: {}}"],
    ["spec.source", "plugin: {name: x}"],
    ["spec.source", "kustomize: {version: v4.5.7}"],
    ["spec.source", "directory: {disableExtensionFilter: true}"],
    ["spec.source", "directory: {jsonnet: {tlas: [{name: a}]}}"],
  ])("%s %s is refused, never dropped", (place, field) => {
    const anchor = { spec: "  project: default", "spec.source": "    path: k8s", "spec.syncPolicy": "    retry:" }[
      place
    ]!;
    const indent = anchor.slice(0, anchor.search(/\S/));
    const { failures } = parse(changed([anchor, `${indent}${field}\n${anchor}`]));
    expect(failures).toEqual([expect.stringContaining(": not supported yet: ")]);
  });

  it.each(["Prune=confirm", "ServerSideApply=false", "PrunePropagationPolicy=background", "PruneLast=true"])(
    "the sync option %s is read",
    (option) => {
      const options = `CreateNamespace=true\n      - ${option}`;
      expect(only(changed(["CreateNamespace=true", options]))).toMatchObject({
        ...{ createNamespace: true, syncOptions: [option] },
      });
    },
  );
});

describe("a regular expression in double quotes", () => {
  it("is reported once, with its field, its line and the working spelling", () => {
    const { failures, names } = parse(
      changed([`'regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$'`, `"regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$"`]),
    );
    expect(failures).toEqual([
      'app.yaml:10: metadata.annotations["argocd-image-updater.argoproj.io/app.allow-tags"]: \\. is no escape in a double-quoted YAML text: ' +
        "put it in single quotes: 'regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$'",
    ]);
    expect(names).toEqual(["api-service"]);
  });

  it("does not hide the other mistakes of the document", () => {
    const text = changed(
      [`'regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$'`, String.raw`"it's \"v\.1\\\""`],
      ["path: k8s", "paht: k8s"],
    );
    expect(parse(text).failures).toEqual([
      expect.stringContaining(String.raw`: '` + String.raw`it''s "v\.1\"` + "'"),
      "app.yaml:15: spec.source.path: required, but not there",
      'app.yaml:18: spec.source.paht: unknown field, did you mean "path"?',
    ]);
  });

  it("gives a spelling that is read as what was meant", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9'[\](){}|+*?$^:# -]{0,20}$/), (rest) => {
        const meant = `regexp:${rest}\\.x`;
        const [failure] = parse(changed([`'regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$'`, `"${meant}"`])).failures;
        const spelling = failure!.slice(failure!.indexOf("single quotes: ") + "single quotes: ".length);
        const { annotations } = only(changed([`'regexp:^v[0-9]+\\.[0-9]+\\.[0-9]+$'`, spelling]));
        expect(annotations["argocd-image-updater.argoproj.io/app.allow-tags"]).toBe(meant);
      }),
    );
  });
});

describe("several files and documents", () => {
  it("reports every mistake of every file and still reads the rest", () => {
    const parsed = parseApplications([
      { file: "a.yaml", text: changed(["path: k8s", "path: ../k8s"], ["prune: true", "prune: maybe"]) },
      { file: "b.yaml", text: changed(["name: api-service", "name: worker"]) },
      { file: "c.yaml", text: "a: [1\nb: {\n" },
      { file: "d.yaml", text: `foo: bar\n---\n${changed(["name: api-service", "name: scheduler"])}` },
    ]);
    expect(parsed.map(({ applications }) => applications.map(({ name }) => name))).toEqual([
      [],
      ["worker"],
      [],
      ["scheduler"],
    ]);
    expect(parsed.map(({ broken }) => broken.map(({ name }) => name))).toEqual([
      ["api-service"],
      [],
      [undefined],
      [undefined],
    ]);
    expect(parsed[0]!.broken[0]!.failures.map(({ line }) => line)).toEqual([18, 24]);
    expect(
      parsed
        .flatMap(({ broken }) => broken.flatMap(({ failures }) => failures))
        .every(({ file }) => file !== undefined),
    ).toBe(true);
  });

  it("breaks every Application of a name that is used twice: which one is meant cannot be known", () => {
    const parsed = parseApplications([
      { file: "copy.yaml", text: changed(["path: k8s", "path: other"]) },
      { file: "original.yaml", text: APPLICATION },
    ]);
    expect(parsed.flatMap(({ applications }) => applications)).toEqual([]);
    expect(parsed.flatMap(({ broken }) => broken.flatMap(({ failures }) => failures.map(formatFailure)))).toEqual([
      'copy.yaml:4: metadata.name: "api-service" is also the name in original.yaml:4',
      'original.yaml:4: metadata.name: "api-service" is also the name in copy.yaml:4',
    ]);
  });

  it.each([
    ["a structure that is broken below the name", "  project: default", "  project: [a"],
    ["another kind of syntax", "  project: default", "  project: a: b"],
    ["a tab", "  project: default", "  \tproject: default"],
  ])("tells the name in spite of %s", (_title, from, to) => {
    const { failures, names } = parse(changed([from, to]));
    expect(names).toEqual(["api-service"]);
    expect(failures).toHaveLength(1);
  });

  it("does not take the name of another kind for an Application's", () => {
    expect(parse(changed(["kind: Application", "kind: AppProject"])).names).toEqual([undefined]);
  });
});

describe("hostile documents", () => {
  const levels = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`);
  it.each<[title: string, text: string, reason: RegExp]>([
    ["an alias bomb", `l0: &l0 [x]\n${levels.join("\n")}\n`, /at most 100 aliases/],
    [
      "an alias bomb in a field that is ignored",
      `${APPLICATION}  l0: &l0 [x]\n${levels.map((level) => `  ${level}`).join("\n")}\n`,
      /at most 100 aliases/,
    ],
    [
      "an alias that holds itself",
      changed(["  labels:\n    team: payments", "  labels: &l\n    team: *l"]),
      /metadata.labels.team: expected a text, found a map/,
    ],
    ["deep lists", "[".repeat(100_000), /nested too deeply|levels of nesting/],
    ["deep lists that are closed", `a: ${"[".repeat(200)}${"]".repeat(200)}`, /at most 64 levels of nesting/],
    ["deep maps", "{a: ".repeat(50_000), /nested too deeply|levels of nesting/],
    ["deep block lists", "- ".repeat(50_000), /nested too deeply|levels of nesting/],
    ["deep keys", "? ".repeat(10_000), /nested too deeply|levels of nesting/],
    ["a very large file", `a: ${"x".repeat(1_100_000)}`, /at most 1048576 characters, found 1100003/],
  ])("%s are refused quickly", (_title, text, reason) => {
    const started = performance.now();
    const { applications, failures } = parse(text);
    expect(failures.join("\n")).toMatch(reason);
    expect(applications).toEqual([]);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it("a map with very many keys is read in linear time", () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `  k${index}: 1`).join("\n");
    const started = performance.now();
    only(`${APPLICATION}${keys}\n`);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it("a flood of syntax errors is cut short", () => {
    const { failures } = parse('"\\.": "\\."\n'.repeat(1000));
    expect(failures.filter((failure) => failure.includes("no escape"))).toHaveLength(20);
    expect(failures.length).toBeLessThan(1100);
  });

  it.each(["labels", "annotations"])("a __proto__ key in %s is refused and changes no prototype", (map) => {
    const { failures } = parse(changed([`  ${map}:`, `  ${map}:\n    __proto__: polluted`]));
    expect(failures).toEqual([expect.stringContaining(`metadata.${map}.__proto__: expected a key like`)]);
    expect(Object.prototype).not.toHaveProperty("polluted");
  });

  it.each(["__proto__: {prune: true}", "constructor: {prototype: {prune: true}}", "toString: x"])(
    "the field %s is unknown like any other",
    (field) => {
      const { failures } = parse(changed(["  project: default", `  ${field}`]));
      expect(failures).toEqual([expect.stringMatching(/^app\.yaml:14: spec\.\w+: unknown field$/)]);
      expect({}).not.toHaveProperty("prune");
    },
  );

  it("the maps of an Application inherit no member", () => {
    const { labels, annotations } = only(changed(["    team: payments", "    constructor: a"]));
    expect(labels["constructor"]).toBe("a");
    expect(annotations["constructor"]).toBeUndefined();
  });

  it("control, direction and escape characters reach no message", () => {
    const evil = '"\\e[31m\\u202e\\u0007\\n::error::x"';
    const text = changed(
      ["name: api-service", `name: ${evil}`],
      ["  project: default", `  ${evil}: 1`],
      ["CreateNamespace=true", evil],
    );
    const { failures } = parse(text);
    expect(failures).toHaveLength(3);
    expect(failures.join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("a password in a repository URL is never repeated", () => {
    for (const url of [
      "https://me:hunter2@github.com/a/b",
      "https://hunter2@github.com/a/b",
      "hunter2://x",
      "https://x/?token=hunter2",
      "https://me:hunter2@",
    ]) {
      expect(parse(changed(["https://github.com/my-org/api-service.git", url])).failures.join("")).not.toContain(
        "hunter2@",
      );
    }
  });
});

describe("any text", () => {
  it("gives Applications or failures with the name of the file, and never throws", () => {
    const mutated = fc
      .tuple(
        fc.nat(APPLICATION.length),
        fc.nat(12),
        fc.string({
          unit: fc.constantFrom(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "-",
            "?",
            "&",
            "*",
            "!",
            "|",
            ">",
            "'",
            '"',
            "%",
            "@",
            "`",
            "#",
            "\\",
            " ",
            "\t",
            "\n",
            "\u0000",
            "a",
            "1",
            "~",
            "<",
          ),
        }),
      )
      .map(([at, removed, inserted]) => APPLICATION.slice(0, at) + inserted + APPLICATION.slice(at + removed));
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string(), fc.json()), (text) => {
        const [parsed] = parseApplications([{ file: "any.yaml", text }]);
        const { applications, broken } = parsed!;
        expect(applications.length + broken.length).toBeGreaterThan(0);
        for (const { failures } of broken) {
          expect(failures.length).toBeGreaterThan(0);
          for (const { file } of failures) expect(file).toBe("any.yaml");
        }
      }),
      { numRuns: 2000 },
    );
  });
});
