import { readFileSync } from "node:fs";

import { afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { runtime } from "@pulumi/pulumi";
import { parse } from "yaml";

import { readSettings } from "./settings.ts";

function configure(values: Readonly<Record<string, unknown>>): void {
  const texts = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  runtime.setAllConfig(Object.fromEntries(texts) as Record<string, string>);
}

function mistakes(values: Readonly<Record<string, unknown>>): string[] {
  configure(values);
  try {
    readSettings();
  } catch (error) {
    expect(error).toHaveProperty("__pulumiRunError", true);
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

beforeAll(async () => {
  const mocks = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
  await runtime.setMocks(mocks, "gitops", "qa");
});
beforeEach(() => {
  delete process.env["PULUMI_GITOPS_REGISTRIES"];
});
afterEach(() => {
  delete process.env["PULUMI_GITOPS_REGISTRIES"];
});

const UIDS = ["3b0a5f0e-2c1d-4e6f-8a9b-0c1d2e3f4a5b", "9c41d7aa-1b2c-4d3e-9f80-a1b2c3d4e5f6"] as const;

describe("readSettings", () => {
  const DEFAULTS = {
    environment: "qa",
    applications: "infra/applications",
    imageUpdaters: "infra/image-updaters",
    cluster: { kind: "kubeconfig" },
    overlay: {},
    overrides: {},
    allowRemoval: [],
    people: [],
    signatures: [],
    namespaces: {},
    access: {},
    protect: false,
  };

  it("takes the stack's name as environment and has a default for everything", () => {
    configure({ "aws:region": "eu-west-1", "gitops-other:foo": "bar" });
    expect(readSettings()).toEqual(DEFAULTS);
  });

  it("takes what Pulumi.yaml puts in for a key that is not set", () => {
    configure({
      "gitops:environment": "",
      "gitops:applications": "infra/applications",
      "gitops:cluster": { kind: "kubeconfig" },
      "gitops:namespace": "",
      "gitops:targetRevision": "",
      "gitops:images": {},
      "gitops:gate": {},
      "gitops:overrides": {},
      "gitops:allowRemoval": [],
      "gitops:people": [],
      "gitops:registries": "",
      "gitops:protect": "false",
    });
    expect(readSettings()).toEqual({ ...DEFAULTS, overlay: { images: {} } });
  });

  it("reads every key", () => {
    configure({
      "gitops:environment": "production",
      "gitops:applications": "apps",
      "gitops:imageUpdaters": "updaters",
      "gitops:gate": { stack: "my-org/gitops/qa", healthyFor: "30m" },
      "gitops:cluster": { path: "kubeconfig.yaml", context: "prod" },
      "gitops:namespace": "production",
      "gitops:targetRevision": "release/1.x",
      "gitops:images": {
        ...{ allowTags: "regexp:^v", ignoreTags: "*-rc*", constraint: "1.x", strategy: "semver", pullSecret: "env:X" },
        ...{ skip: ["v1.2.*"], minimumAge: "24h", pinDigest: true, writeBack: "git", gitBranch: "main" },
      },
      "gitops:pullSecrets": "/run/secrets",
      "gitops:timeout": "90",
      "gitops:wait": "applied",
      "gitops:overrides": {
        "api-service": { revision: "v1.2.0", pins: { app: "v1.2.0" }, timeout: 30, adopt: true },
        worker: { namespace: "jobs", wait: "healthy", images: { constraint: "2.x" } },
      },
      "gitops:allowRemoval": ["old-service", "project/default"],
      "gitops:replacedClusters": { [UIDS[0]]: UIDS[1] },
      "gitops:shard": { index: 1, count: 2, before: 3 },
      "gitops:people": ["argo-*"],
      "gitops:registries": "registries.conf",
      "gitops:namespaces": {
        production: { podSecurity: "restricted", quota: { pods: "50" }, networkPolicy: "deny-all" },
      },
      "gitops:access": {
        create: true,
        namespace: "ci",
        deployers: ["User:ci@shop.iam.gserviceaccount.com", "ServiceAccount:ci/runner"],
        viewers: ["Group:developers@example.com"],
      },
      "gitops:protect": "true",
    });
    expect(readSettings()).toEqual({
      environment: "production",
      applications: "apps",
      imageUpdaters: "updaters",
      gate: { stack: "my-org/gitops/qa", healthyForMs: 1_800_000 },
      cluster: { kind: "kubeconfig", path: "kubeconfig.yaml", context: "prod" },
      overlay: {
        namespace: "production",
        targetRevision: "release/1.x",
        images: {
          ...{
            allowTags: "regexp:^v",
            ignoreTags: "*-rc*",
            constraint: "1.x",
            strategy: "semver",
            pullSecret: "env:X",
          },
          ...{ skip: ["v1.2.*"], minimumAgeMs: 86_400_000, pinDigest: true, writeBack: "git", gitBranch: "main" },
        },
        timeoutMs: 90_000,
        wait: "applied",
      },
      overrides: {
        "api-service": { revision: "v1.2.0", pins: { app: "v1.2.0" }, timeoutMs: 30_000, adopt: true },
        worker: { namespace: "jobs", wait: "healthy", images: { constraint: "2.x" } },
      },
      allowRemoval: ["old-service", "project/default"],
      replacedClusters: { [UIDS[0]]: UIDS[1] },
      shard: { index: 1, count: 2, before: 3 },
      people: ["argo-*"],
      signatures: [],
      namespaces: {
        production: { podSecurity: "restricted", quota: { pods: "50" }, networkPolicy: "deny-all" },
      },
      access: {
        create: true,
        namespace: "ci",
        deployers: [
          { kind: "User", name: "ci@shop.iam.gserviceaccount.com" },
          { kind: "ServiceAccount", namespace: "ci", name: "runner" },
        ],
        viewers: [{ kind: "Group", name: "developers@example.com" }],
      },
      registries: "registries.conf",
      pullSecrets: "/run/secrets",
      protect: true,
    });
  });

  it.each(["v1.2.0", "latest", `latest@sha256:${"a".repeat(64)}`, `sha256:${"a".repeat(64)}`])(
    "reads the pin %s",
    (tag) => {
      configure({ "gitops:overrides": { api: { pins: { app: tag } } } });
      expect(readSettings().overrides["api"]?.pins).toEqual({ app: tag });
    },
  );

  it("prefers the registries.conf that the environment names, if it names one", () => {
    configure({ "gitops:registries": "registries.conf" });
    process.env["PULUMI_GITOPS_REGISTRIES"] = "/etc/registries.conf";
    expect(readSettings().registries).toBe("/etc/registries.conf");
    process.env["PULUMI_GITOPS_REGISTRIES"] = "";
    expect(readSettings().registries).toBe("registries.conf");
  });

  it("has no override for an Application that is called like a member every object inherits", () => {
    configure({});
    expect(readSettings().overrides["constructor"]).toBeUndefined();
    configure({ "gitops:overrides": { worker: {} } });
    expect(readSettings().overrides["constructor"]).toBeUndefined();
  });
});

describe("gitops:clusters", () => {
  it("are clusters by name, with the address that destinations have for them", () => {
    const gke = { kind: "gke", project: "my-project", location: "europe-west1", name: "eu" };
    configure({ "gitops:clusters": { us: { context: "us" }, eu: { ...gke, server: "https://10.0.0.1" } } });
    expect(readSettings().clusters).toEqual({
      us: { reference: { kind: "kubeconfig", context: "us" } },
      eu: { reference: gke, server: "https://10.0.0.1" },
    });
  });
});

describe("a mistake in the configuration", () => {
  it.each<[title: string, values: Record<string, unknown>, mistake: string]>([
    ["an unknown key", { "gitops:namespce": "qa" }, 'gitops:namespce: unknown key, did you mean "namespace"?'],
    [
      "a key in the images",
      { "gitops:images": { alowTags: "x" } },
      'gitops:images.alowTags: unknown key, did you mean "allowTags"?',
    ],
    [
      "a key far from any",
      { "gitops:images": { foo: "x" } },
      "gitops:images.foo: unknown key, expected one of allowTags, ignoreTags, constraint, strategy, pullSecret, skip, minimumAge, pinDigest, writeBack, gitBranch",
    ],
    [
      "a key in an override",
      { "gitops:overrides": { api: { adpot: true } } },
      'gitops:overrides.api.adpot: unknown key, did you mean "adopt"?',
    ],
    [
      "a key in the cluster",
      { "gitops:cluster": { contxt: "x" } },
      'gitops:cluster.contxt: unknown key, did you mean "context"?',
    ],
    [
      "a prototype key",
      { "gitops:images": '{"__proto__": {"allowTags": "x"}}' },
      "gitops:images.__proto__: unknown key, expected one of allowTags, ignoreTags, constraint, strategy, pullSecret, skip, minimumAge, pinDigest, writeBack, gitBranch",
    ],
    [
      "an inherited key",
      { "gitops:images": '{"constructor": "x"}' },
      "gitops:images.constructor: unknown key, expected one of allowTags, ignoreTags, constraint, strategy, pullSecret, skip, minimumAge, pinDigest, writeBack, gitBranch",
    ],
    [
      "another kind of cluster",
      { "gitops:cluster": { kind: "eks" } },
      'gitops:cluster.kind: expected "kubeconfig" or "inCluster" or "gke", found "eks"',
    ],
    [
      "an environment that cannot be part of an id",
      { "gitops:environment": "qa/1" },
      'gitops:environment: expected a name of at most 63 letters, digits, -, _ and ., found "qa/1"',
    ],
    [
      "a further cluster with the name of the own one",
      { "gitops:clusters": { "in-cluster": { context: "eu" } } },
      'gitops:clusters.in-cluster: expected a name other than in-cluster, which is the environment\'s own, found "in-cluster"',
    ],
    [
      "a further cluster with a mistake",
      { "gitops:clusters": { eu: { contxt: "eu" } } },
      'gitops:clusters.eu.contxt: unknown key, did you mean "context"?',
    ],
    [
      "a further cluster with an address in plain http",
      { "gitops:clusters": { eu: { context: "eu", server: "http://10.0.0.1" } } },
      'gitops:clusters.eu.server: expected the https URL that destinations name the cluster by, found "http://10.0.0.1"',
    ],
    [
      "a further cluster that is none",
      { "gitops:clusters": { eu: "eu" } },
      'gitops:clusters.eu: expected a map, found "eu"',
    ],
    ["a bad namespace", { "gitops:namespace": "QA" }, 'gitops:namespace: expected the name of a namespace, found "QA"'],
    [
      "an option as revision",
      { "gitops:targetRevision": "-x" },
      'gitops:targetRevision: expected a branch, a tag, a commit, HEAD or a range of versions, found "-x"',
    ],
    ["a bad timeout", { "gitops:timeout": "soon" }, 'gitops:timeout: expected a duration like "5m", found "soon"'],
    ["no timeout", { "gitops:timeout": "0s" }, 'gitops:timeout: expected a duration like "5m", found "0s"'],
    ["another wait", { "gitops:wait": "ready" }, 'gitops:wait: expected "healthy" or "applied", found "ready"'],
    [
      "a cluster that is named and not identified",
      { "gitops:replacedClusters": { [UIDS[0]]: "production" } },
      `gitops:replacedClusters.${UIDS[0]}: expected the uid of a cluster's namespace kube-system, found "production"`,
    ],
    ["a text for a list", { "gitops:allowRemoval": "api" }, 'gitops:allowRemoval: expected a list, found "api"'],
    [
      "a name that is none in a list",
      { "gitops:allowRemoval": ["api", "A"] },
      'gitops:allowRemoval[1]: expected the name of an Application, or project/default, found "A"',
    ],
    ["a text for a map", { "gitops:images": "regexp:^v" }, 'gitops:images: expected a map, found "regexp:^v"'],
    ["a list for a map", { "gitops:overrides": ["api"] }, 'gitops:overrides: expected a map, found "[\\"api\\"]"'],
    [
      "a constraint that YAML reads as a number",
      { "gitops:images": { constraint: 1.1 } },
      "gitops:images.constraint: expected a text as in the Argo CD Image Updater annotation (put it in quotes), found 1.1",
    ],
    [
      "a pin that is no tag",
      { "gitops:overrides": { api: { pins: { app: "v1 2" } } } },
      'gitops:overrides.api.pins.app: expected an image tag or digest, found "v1 2"',
    ],
    [
      "a pin with half a digest",
      { "gitops:overrides": { api: { pins: { app: "v1@sha256:abc" } } } },
      'gitops:overrides.api.pins.app: expected an image tag or digest, found "v1@sha256:abc"',
    ],
    [
      "a pin without a tag",
      { "gitops:overrides": { api: { pins: { app: "" } } } },
      'gitops:overrides.api.pins.app: expected an image tag or digest, found ""',
    ],
    [
      "an override of no Application",
      { "gitops:overrides": { "API!": {} } },
      'gitops:overrides.API!: expected the name of an Application, found "API!"',
    ],
    [
      "an override that is empty",
      { "gitops:overrides": { api: null } },
      "gitops:overrides.api: expected a map, found null",
    ],
    [
      "a gate by nobody",
      { "gitops:gate": { healthyFor: "30m" } },
      "gitops:gate: expected either stack or file, found nothing",
    ],
    [
      "a gate by two",
      { "gitops:gate": { stack: "qa", file: "qa.json", healthyFor: "1m" } },
      'gitops:gate: expected either stack or file, found "both"',
    ],
    [
      "a gate without time",
      { "gitops:gate": { stack: "qa" } },
      'gitops:gate.healthyFor: expected a duration like "30m", found nothing',
    ],
    [
      "a gate by no stack",
      { "gitops:gate": { stack: "a b", healthyFor: "1m" } },
      'gitops:gate.stack: expected the name of a stack, found "a b"',
    ],
    [
      "a subject that is none",
      { "gitops:access": { deployers: ["ci@shop.iam.gserviceaccount.com"] } },
      'gitops:access.deployers[0]: expected "User:<name>", "Group:<name>" or "ServiceAccount:<namespace>/<name>", found "ci@shop.iam.gserviceaccount.com"',
    ],
    [
      "a namespace on a cluster that is to be looked up",
      {
        "gitops:cluster": { kind: "gke", project: "shop-123", location: "europe-west1", name: "production" },
        "gitops:namespaces": { production: {} },
      },
      "gitops:cluster.endpoint: expected the endpoint, because of gitops:namespaces or gitops:access.create, found nothing",
    ],
    [
      "accounts on a further cluster that is to be looked up",
      {
        "gitops:clusters": { eu: { kind: "gke", project: "shop-123", location: "europe-west1", name: "eu" } },
        "gitops:access": { create: true },
      },
      "gitops:clusters.eu.endpoint: expected the endpoint, because of gitops:access.create, found nothing",
    ],
    [
      "an amount that is none",
      { "gitops:namespaces": { production: { quota: { "requests.cpu": "many" } } } },
      'gitops:namespaces.production.quota.requests.cpu: expected an amount such as "20" or "64Gi", found "many"',
    ],
    [
      "a shard without a count",
      { "gitops:shard": { index: 1 } },
      "gitops:shard.count: expected the number of all shards, found nothing",
    ],
    [
      "a shard beyond the count",
      { "gitops:shard": { index: 3, count: 2 } },
      "gitops:shard.index: expected at most the count, 2, found 3",
    ],
    [
      "a shard counted from zero",
      { "gitops:shard": { index: 0, count: 2 } },
      "gitops:shard.index: expected a whole number from 1 to 64, found 0",
    ],
    [
      "what only the first shard makes",
      { "gitops:shard": { index: 2, count: 2 }, "gitops:namespaces": { qa: {} } },
      "gitops:namespaces: expected nothing, because the first shard makes it (gitops:shard)",
    ],
    ["a flag that is none", { "gitops:protect": "yes" }, 'gitops:protect: expected true or false, found "yes"'],
  ])("is named with its key: %s", (_title, values, mistake) => expect(mistakes(values)).toEqual([mistake]));

  it("does not hide the others", () => {
    const values = {
      "gitops:namespace": "QA",
      "gitops:wait": "x",
      "gitops:foo": "1",
      "gitops:overrides": { api: { timeout: "x", adopt: 1 } },
    };
    expect(mistakes(values)).toHaveLength(5);
  });
});

describe("gitops:signatures", () => {
  it("names repositories, what must be signed, and by whom", () => {
    runtime.setAllConfig({
      "gitops:signatures": JSON.stringify([
        { repositories: ["https://github.com/my-org/*"], allowedSigners: "keys/allowed_signers" },
        { repositories: ["*"], mode: "tag", gpgKeys: ["keys/alice.asc"] },
      ]),
    });
    expect(readSettings().signatures).toEqual([
      {
        repositories: ["https://github.com/my-org/*"],
        mode: "commit",
        gpgKeys: [],
        allowedSigners: "keys/allowed_signers",
      },
      { repositories: ["*"], mode: "tag", gpgKeys: ["keys/alice.asc"] },
    ]);
  });

  it.each([
    [[{ repositories: ["*"] }], /signatures\[0\]: expected allowedSigners \(ssh\), gpgKeys or both/],
    [[{ allowedSigners: "x" }], /signatures\[0\].repositories: expected at least one pattern, found nothing/],
    [[{ repositories: [], gpgKeys: ["x"] }], /signatures\[0\].repositories: expected at least one pattern/],
    [
      [{ repositories: ["*"], gpgKeys: ["x"], mode: "none" }],
      /signatures\[0\].mode: expected "commit" or "tag" or "either"/,
    ],
    [[{ repository: "*", gpgKeys: ["x"] }], /signatures\[0\].repository: unknown key, did you mean "repositories"/],
    [{ repositories: ["*"] }, /signatures: expected a list/],
  ])("refuses %j", (value, reason) => {
    expect(mistakes({ "gitops:signatures": JSON.stringify(value) }).join("\n")).toMatch(reason);
  });
});

describe("the project and its stacks", () => {
  const root = new URL("../", import.meta.url);
  const read = (file: string): { config: Record<string, unknown> } =>
    parse(readFileSync(new URL(file, root), "utf8")) as never;
  const declared = read("Pulumi.yaml").config as Record<string, { default: unknown; description: string }>;

  it("Pulumi.yaml describes every key and has a default for it", () => {
    const [unknown] = mistakes({ "gitops:frobnicate": "x" });
    const known = unknown!.slice(unknown!.indexOf("one of ") + "one of ".length).split(", ");
    expect(Object.keys(declared).sort()).toEqual(known.sort());
    for (const { default: value, description } of Object.values(declared)) {
      expect(value).toBeDefined();
      expect(description).not.toBe("");
    }
  });

  it.each([
    [
      "qa",
      {
        namespace: "qa",
        targetRevision: "develop",
        images: { allowTags: "regexp:^qa-(v1\\.0\\.[0-9]+)$", constraint: "1.0.x" },
      },
      false,
    ],
    ["production", { namespace: "production", images: {} }, true],
  ])("Pulumi.%s.yaml has no mistake", (stack, overlay, protect) => {
    const defaults = Object.entries(declared).map(([key, { default: value }]): [string, unknown] => [
      `gitops:${key}`,
      value,
    ]);
    configure({ ...Object.fromEntries(defaults), ...read(`Pulumi.${stack}.yaml`).config });
    expect(readSettings()).toMatchObject({
      environment: stack,
      overlay: { ...overlay, timeoutMs: 300_000, wait: "healthy" },
      protect,
    });
  });
});
