import { describe, expect, it } from "@jest/globals";
import { answerTo, forceApply, update, withManaged } from "./api-server.fixture.ts";
import { recordApplied } from "./applied.ts";
import { absorbPersons, defaultExempt, findDrift, formatChange, isSuspect } from "./drift.ts";
import type { DriftRules } from "./drift.ts";
import { formatPath, withValueAt } from "./fields.ts";
import type { FieldPath, FieldsV1 } from "./fields.ts";
import { refOf } from "./object.ts";
import type { Json, Manifest } from "./object.ts";

const OURS = "pulumi-gitops-qa";

const rules: DriftRules = {
  manager: OURS,
  isPerson: (manager) => manager.startsWith("kubectl"),
  exempt: defaultExempt,
};

const manifest: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: {
    name: "api",
    namespace: "qa",
    labels: { "app.kubernetes.io/name": "api" },
    annotations: { "example.com/team": "payments" },
    finalizers: ["example.com/guard"],
  },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: "api" } },
    template: {
      metadata: { labels: { app: "api", tier: "web" } },
      spec: {
        securityContext: {},
        nodeSelector: {},
        containers: [
          {
            name: "api",
            image: "registry.example.com/api:v1.0.0",
            args: ["--port", "8080"],
            env: [
              { name: "LEVEL", value: "info" },
              { name: "MODE", value: "fast" },
            ],
            ports: [{ containerPort: 53 }, { containerPort: 53, protocol: "UDP" }],
            resources: { limits: { cpu: "1000m", memory: "64Mi" } },
            volumeMounts: [{ mountPath: "/tmp", name: "tmp" }],
            lifecycle: null,
          },
        ],
        volumes: [{ name: "tmp", emptyDir: {} }],
        tolerations: [{ key: "spot", operator: "Exists" }],
      },
    },
  },
};

const container = fields("spec", "template", "spec", "containers").concat({ key: { name: "api" } });
const volume = fields("spec", "template", "spec", "volumes").concat({ key: { name: "tmp" } });
const annotations = fields("metadata", "annotations");
const podAnnotations = fields("spec", "template", "metadata", "annotations");

function fields(...names: readonly string[]): FieldPath {
  return names.map((field) => ({ field }));
}

function env(name: string): FieldPath {
  return [...container, { field: "env" }, { key: { name } }];
}

/** A set that holds this path as a whole. */
function leafSet(path: FieldPath): FieldsV1 {
  return path.reduceRight<FieldsV1>((inside, element) => {
    const text = "field" in element ? `f:${element.field}` : `k:${JSON.stringify("key" in element ? element.key : {})}`;
    return { [text]: inside };
  }, {});
}

function set(object: Manifest, ...values: readonly (readonly [FieldPath, Json | undefined])[]): Manifest {
  return values.reduce((result, [path, value]) => withValueAt(result, path, value), object);
}

const answer = answerTo(
  manifest,
  set(
    manifest,
    [[...container, ...fields("resources", "limits", "cpu")], "1"],
    [[...container, ...fields("lifecycle")], undefined],
    [[...container, ...fields("imagePullPolicy")], "IfNotPresent"],
    [
      [...container, ...fields("ports")],
      [
        { containerPort: 53, protocol: "TCP" },
        { containerPort: 53, protocol: "UDP" },
      ],
    ],
    [fields("spec", "template", "spec", "tolerations"), [{ key: "spot", operator: "Exists", effect: "NoSchedule" }]],
    [fields("spec", "template", "spec", "securityContext"), { fsGroupChangePolicy: "Always" }],
    [fields("spec", "template", "spec", "nodeSelector"), undefined],
    [fields("spec", "revisionHistoryLimit"), 10],
  ),
  OURS,
);

const applied = recordApplied(manifest, answer, OURS);

function edit(manager: string, ...values: readonly (readonly [FieldPath, Json | undefined])[]): Manifest {
  return update(answer, manager, set(answer, ...values));
}

function changesOf(live: Manifest, own: DriftRules = rules): readonly string[] {
  const drift = findDrift(manifest, applied, live, own);
  return drift.changes.map((change) => formatChange(refOf(manifest), change).replace("Deployment qa/api: ", ""));
}

const drifted: readonly (readonly [string, Manifest, readonly string[]])[] = [
  [
    "a scale",
    update(answer, "kubectl", set(answer, [fields("spec", "replicas"), 5]), "scale"),
    ["spec.replicas: 5 => 3 (set by kubectl)"],
  ],
  [
    "another image",
    edit("kubectl-set", [[...container, ...fields("image")], "registry.example.com/api:v9"]),
    [
      'spec.template.spec.containers[name=api].image: "registry.example.com/api:v9" => "registry.example.com/api:v1.0.0" (set by kubectl-set)',
    ],
  ],
  [
    "a variable that a person added",
    edit("kubectl-edit", [env("DEBUG"), { name: "DEBUG", value: "1" }]),
    [
      'spec.template.spec.containers[name=api].env[name=DEBUG]: {"name":"DEBUG","value":"1"} => (none) (set by kubectl-edit)',
    ],
  ],
  [
    "a whole container that a person added",
    edit("kubectl-patch", [
      [...container.slice(0, -1), { key: { name: "spy" } }],
      { name: "spy", image: "spy", args: [] },
    ]),
    [
      'spec.template.spec.containers[name=spy]: {"args":[],"image":"spy","name":"spy"} => (none) (set by kubectl-patch)',
    ],
  ],
  [
    "an annotation that a person added",
    edit("kubectl-annotate", [[...annotations, { field: "example.com/note" }], "x"]),
    ['metadata.annotations["example.com/note"]: "x" => (none) (set by kubectl-annotate)'],
  ],
  [
    "annotations that a person put where Git states none",
    edit("kubectl-edit", [podAnnotations, { a: "1", b: "2" }]),
    [
      'spec.template.metadata.annotations.a: "1" => (none) (set by kubectl-edit)',
      'spec.template.metadata.annotations.b: "2" => (none) (set by kubectl-edit)',
    ],
  ],
  [
    "a label of ours that is gone",
    edit("kubectl-label", [fields("metadata", "labels", "app.kubernetes.io/name"), undefined]),
    ['metadata.labels["app.kubernetes.io/name"]: (none) => "api"'],
  ],
  [
    "a list item of ours that is gone, as one change",
    edit("kubectl-edit", [env("MODE"), undefined]),
    ['spec.template.spec.containers[name=api].env[name=MODE]: (none) => {"name":"MODE","value":"fast"}'],
  ],
  [
    "a map of ours that is gone, as one change",
    edit("kubectl-edit", [[...container, ...fields("resources")], undefined]),
    ['spec.template.spec.containers[name=api].resources: (none) => {"limits":{"cpu":"1000m","memory":"64Mi"}}'],
  ],
  [
    "a list of ours that is gone, as one change",
    edit("kubectl-edit", [[...container, ...fields("env")], undefined]),
    [
      'spec.template.spec.containers[name=api].env: (none) => [{"name":"LEVEL","value":"info"},{"name":"MODE","value":"fast"}]',
    ],
  ],
  [
    "one of two ports that differ in the protocol alone",
    edit("kubectl-edit", [[...container, ...fields("ports")], [{ containerPort: 53, protocol: "TCP" }]]),
    [
      'spec.template.spec.containers[name=api].ports[containerPort=53,protocol=UDP]: (none) => {"containerPort":53,"protocol":"UDP"}',
    ],
  ],
  [
    "the port whose protocol Git leaves to the default",
    edit("kubectl-edit", [[...container, ...fields("ports")], [{ containerPort: 53, protocol: "UDP" }]]),
    ['spec.template.spec.containers[name=api].ports[containerPort=53,protocol=TCP]: (none) => {"containerPort":53}'],
  ],
  [
    "an atomic list",
    edit("kubectl-edit", [
      [...container, ...fields("args")],
      ["--port", "9090"],
    ]),
    ['spec.template.spec.containers[name=api].args: ["--port","9090"] => ["--port","8080"] (set by kubectl-edit)'],
  ],
  [
    "a defaulted member inside an atomic list",
    edit("kubectl-edit", [
      fields("spec", "template", "spec", "tolerations"),
      [{ key: "spot", operator: "Exists", effect: "NoExecute" }],
    ]),
    [
      'spec.template.spec.tolerations: [{"effect":"NoExecute","key":"spot","operator":"Exists"}] => [{"key":"spot","operator":"Exists"}] (set by kubectl-edit)',
    ],
  ],
  [
    "items of a set, gone and added",
    edit("kubectl-edit", [fields("metadata", "finalizers"), ["example.com/other"]]),
    [
      'metadata.finalizers[="example.com/guard"]: (none) => "example.com/guard"',
      'metadata.finalizers[="example.com/other"]: "example.com/other" => (none) (set by kubectl-edit)',
    ],
  ],
  [
    "a volume that became another kind of volume",
    edit(
      "kubectl-edit",
      [[...volume, ...fields("emptyDir")], undefined],
      [[...volume, ...fields("hostPath")], { path: "/" }],
    ),
    [
      "spec.template.spec.volumes[name=tmp].emptyDir: (none) => {}",
      'spec.template.spec.volumes[name=tmp].hostPath.path: "/" => (none) (set by kubectl-edit)',
    ],
  ],
  [
    "what a person put into an empty map of ours, and only that",
    edit("kubectl-edit", [[...volume, ...fields("emptyDir", "medium")], "Memory"]),
    ['spec.template.spec.volumes[name=tmp].emptyDir.medium: "Memory" => (none) (set by kubectl-edit)'],
  ],
  [
    "an empty atomic map of ours that a person filled",
    edit("kubectl-edit", [fields("spec", "template", "spec", "nodeSelector"), { disk: "ssd" }]),
    ['spec.template.spec.nodeSelector: {"disk":"ssd"} => {} (set by kubectl-edit)'],
  ],
  [
    "a field that Git sets to null",
    edit("kubectl-edit", [[...container, ...fields("lifecycle")], "x"]),
    ['spec.template.spec.containers[name=api].lifecycle: "x" => null (set by kubectl-edit)'],
  ],
  [
    "what a person put where Git says null, once",
    edit("kubectl-edit", [[...container, ...fields("lifecycle", "preStop", "sleep", "seconds")], 5]),
    [
      'spec.template.spec.containers[name=api].lifecycle: {"preStop":{"sleep":{"seconds":5}}} => null (set by kubectl-edit)',
    ],
  ],
  [
    "a variable that a person stated a second time",
    withManaged(set(answer, [[...container, { field: "env" }, { index: 9 }], { name: "MODE", value: "slow" }]), [
      { manager: "kubectl-edit", operation: "Update", apiVersion: "apps/v1", fieldsV1: leafSet(env("MODE")) },
    ]),
    ['spec.template.spec.containers[name=api].env[name=MODE].value: "slow" => "fast" (set by kubectl-edit)'],
  ],
  [
    "a defaulted quantity that changed",
    edit("kubectl-edit", [[...container, ...fields("resources", "limits", "cpu")], "2"]),
    ['spec.template.spec.containers[name=api].resources.limits.cpu: "2" => "1000m" (set by kubectl-edit)'],
  ],
  [
    "a field of ours that a controller changed",
    edit("vertical-autoscaler", [[...container, ...fields("resources", "limits", "memory")], "1Gi"]),
    ['spec.template.spec.containers[name=api].resources.limits.memory: "1Gi" => "64Mi" (set by vertical-autoscaler)'],
  ],
  [
    "fields that another applier took by force",
    forceApply(
      answer,
      "argocd-controller",
      set(answer, [fields("spec", "replicas"), 1]),
      set(manifest, [fields("spec", "replicas"), 1]),
    ),
    ["spec.replicas: 1 => 3 (set by argocd-controller)"],
  ],
  [
    "a number that became text",
    edit("kubectl-edit", [fields("spec", "replicas"), "3"]),
    ['spec.replicas: "3" => 3 (set by kubectl-edit)'],
  ],
  [
    "a change after managedFields were wiped",
    withManaged(set(answer, [fields("spec", "replicas"), 7]), []),
    ["spec.replicas: 7 => 3"],
  ],
];

const clean: readonly (readonly [string, Manifest])[] = [
  ["the answer itself", answer],
  [
    "a value that was changed and changed back",
    update(edit("kubectl", [fields("spec", "replicas"), 5]), "kubectl", answer),
  ],
  ["wiped managedFields", withManaged(answer, [])],
  ["the same values applied by somebody else", forceApply(answer, "argocd-controller", answer, manifest)],
  ["status", update(answer, "kube-controller-manager", { ...answer, status: { replicas: 3 } }, "status")],
  ["status written by a person", edit("kubectl-edit", [fields("status"), { phase: "x" }])],
  [
    "a restart",
    edit("kubectl-rollout", [podAnnotations, { "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z" }]),
  ],
  ["what a controller added", edit("some-operator", [[...annotations, { field: "operator/x" }], "1"])],
  [
    "a container that a controller added",
    edit("injector", [[...container.slice(0, -1), { key: { name: "proxy" } }], { name: "proxy" }]),
  ],
  [
    "what a controller put into an empty map of ours",
    edit("op", [[...volume, ...fields("emptyDir", "medium")], "Memory"]),
  ],
  [
    "what a controller put beside the defaults of an empty map",
    edit("op", [fields("spec", "template", "spec", "securityContext", "runAsUser"), 1]),
  ],
  [
    "the annotations of the deployment controller",
    edit("kubectl-edit", [[...annotations, { field: "deployment.kubernetes.io/revision" }], "2"]),
  ],
  [
    "kubectl's own copy",
    edit("kubectl-client-side-apply", [
      [...annotations, { field: "kubectl.kubernetes.io/last-applied-configuration" }],
      "{}",
    ]),
  ],
  [
    "another order of keyed items",
    edit("kubectl-edit", [
      [...container, ...fields("env")],
      [
        { name: "MODE", value: "fast" },
        { name: "LEVEL", value: "info" },
      ],
    ]),
  ],
];

describe("findDrift", () => {
  it.each(drifted)("shows %s", (_, live, expected) => {
    expect(changesOf(live)).toEqual(expected);
  });

  it.each(clean)("takes %s for no drift", (_, live) => {
    const drift = findDrift(manifest, applied, live, rules);
    expect(drift.changes).toEqual([]);
    expect(drift.shown).toBe(manifest);
  });

  it("shows the manifest with live values, and with what persons added", () => {
    const live = edit(
      "kubectl-edit",
      [fields("spec", "replicas"), 5],
      [env("DEBUG"), { name: "DEBUG", value: "1" }],
      [env("MODE"), undefined],
    );
    const { shown } = findDrift(manifest, applied, live, rules);
    const expected = set(
      manifest,
      [fields("spec", "replicas"), 5],
      [env("MODE"), undefined],
      [env("DEBUG"), { name: "DEBUG", value: "1" }],
    );
    expect(shown).toEqual(expected);
  });

  it("leaves replicas alone that Git does not state and the autoscaler owns", () => {
    const unstated = set(manifest, [fields("spec", "replicas"), undefined]);
    const defaulted = answerTo(unstated, answer, OURS);
    const scaled = update(
      defaulted,
      "kube-controller-manager",
      set(defaulted, [fields("spec", "replicas"), 9]),
      "scale",
    );
    expect(findDrift(unstated, recordApplied(unstated, defaulted, OURS), scaled, rules).shown).toBe(unstated);
  });

  it.each([
    ["a person scaled", edit("kubectl", [fields("spec", "replicas"), 5])],
    [
      "a person scaled a field of nobody",
      update(withManaged(answer, []), "kubectl", set(answer, [fields("spec", "replicas"), 5])),
    ],
  ])("exempts owned and added fields alike: %s", (_, live) => {
    const exempt = (path: FieldPath): boolean => formatPath(path) === "spec.replicas";
    expect(changesOf(live, { ...rules, exempt })).toEqual([]);
    expect(changesOf(live)).toEqual(["spec.replicas: 5 => 3 (set by kubectl)"]);
  });

  it("never calls drift what the API server dropped from the manifest", () => {
    const unknown = set(manifest, [fields("spec", "notInThisVersion"), true]);
    const kept = answerTo(manifest, answer, OURS);
    expect(findDrift(unknown, recordApplied(unknown, kept, OURS), kept, rules).shown).toBe(unknown);
    const owned = answerTo(unknown, answer, OURS);
    expect(findDrift(unknown, recordApplied(unknown, owned, OURS), owned, rules).shown).toBe(unknown);
  });

  it("compares every stated field when the API keeps no managedFields", () => {
    const bare = withManaged(answer, []);
    const record = recordApplied(manifest, bare, OURS);
    expect(isSuspect(bare, record, rules)).toBe(true);
    expect(findDrift(manifest, record, bare, rules).changes).toEqual([]);
    const scaled = set(bare, [fields("spec", "replicas"), 5]);
    expect(findDrift(manifest, record, scaled, rules).changes).toEqual([
      { path: "spec.replicas", live: 5, desired: 3 },
    ]);
  });

  it("names every manager that set a value", () => {
    const once = edit("kubectl-edit", [fields("spec", "replicas"), 5]);
    const twice = forceApply(once, "argocd-controller", once, set(manifest, [fields("spec", "replicas"), 5]));
    expect(changesOf(twice)).toEqual(["spec.replicas: 5 => 3 (set by kubectl-edit, argocd-controller)"]);
  });
});

describe("isSuspect", () => {
  it.each(drifted)("sees %s in metadata alone", (_, { apiVersion, kind, metadata }) => {
    expect(isSuspect({ apiVersion, kind, metadata }, applied, rules)).toBe(true);
  });

  it.each([
    ["the answer itself", answer, false],
    ["status", update(answer, "kube-controller-manager", { ...answer, status: {} }, "status"), false],
    ["a restart", edit("kubectl-rollout", [podAnnotations, { "kubectl.kubernetes.io/restartedAt": "now" }]), false],
    ["what a controller added", edit("some-operator", [[...annotations, { field: "operator/x" }], "1"]), false],
    ["another uid", { ...answer, metadata: { ...answer.metadata, uid: "u-2" } }, true],
    ["wiped managedFields", withManaged(answer, []), true],
    [
      "a value changed and changed back",
      update(edit("kubectl", [fields("spec", "replicas"), 5]), "kubectl", answer),
      true,
    ],
  ])("judges %s", (_, live, expected) => {
    expect(isSuspect(live, applied, rules)).toBe(expected);
  });
});

describe("absorbPersons", () => {
  it.each(drifted.filter(([, live]) => (live.metadata.managedFields ?? []).length > 1))(
    "leaves no field of a person's own after %s",
    (_, live) => {
      const managedFields = absorbPersons(live, rules);
      if (managedFields === undefined) return;
      expect(absorbPersons(withManaged(live, managedFields), rules)).toBeUndefined();
    },
  );
});
