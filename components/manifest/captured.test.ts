// Objects captured from kube-apiserver 1.36.3 with their managedFields: kubectl applied `manifest` (server-side), the answer is `answer`,
// and each object under `live` is what one change by kubectl made of it.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { fieldsOf, withManaged } from "./api-server.fixture.ts";
import { recordApplied } from "./applied.ts";
import {
  absorbPersons,
  DEFAULT_PEOPLE,
  defaultExempt,
  findDrift,
  formatChange,
  isSuspect,
  personFields,
} from "./drift.ts";
import type { DriftRules } from "./drift.ts";
import { formatPath, leavesOf, ownEntry } from "./fields.ts";
import type { Manifest } from "./object.ts";
import { refOf } from "./object.ts";
import { foldSecret, maskSecret } from "./secret.ts";

interface Captured {
  readonly manifest: Manifest;
  readonly answer: Manifest;
  readonly live: Readonly<Record<string, Manifest>>;
}

const OURS = "pulumi-gitops-qa-3f2a91c0";
const people = DEFAULT_PEOPLE.map((glob) => glob.replace("*", ""));
const rules: DriftRules = {
  manager: OURS,
  isPerson: (manager) => people.some((prefix) => manager.startsWith(prefix)),
  exempt: defaultExempt,
};

const rows: readonly (readonly [file: string, live: string, changes: readonly string[]])[] = [
  ["deployment", "scaled", ["spec.replicas: 5 => 3 (set by kubectl)"]],
  [
    "deployment",
    "variable-added",
    [
      'spec.template.spec.containers[name=api].env[name=DEBUG]: {"name":"DEBUG","value":"1"} => (none) (set by kubectl-edit)',
    ],
  ],
  [
    "deployment",
    "variable-removed",
    ['spec.template.spec.containers[name=api].env[name=MODE]: (none) => {"name":"MODE","value":"fast"}'],
  ],
  [
    "deployment",
    "variable-repeated",
    ['spec.template.spec.containers[name=api].env[name=LEVEL].value: "debug" => "info" (set by kubectl-edit)'],
  ],
  [
    "deployment",
    "client-applied",
    [
      "spec.replicas: 4 => 3 (set by kubectl-client-side-apply)",
      'metadata.annotations.extra: "1" => (none) (set by kubectl-client-side-apply)',
      'spec.template.spec.containers[name=api].env[name=X]: {"name":"X","value":"y"} => (none) (set by kubectl-client-side-apply)',
    ],
  ],
  ["deployment", "taken-by-force", ["spec.replicas: 1 => 3 (set by argocd-controller)"]],
  ["deployment", "restarted", []],
  ["deployment", "changed-and-back", []],
  [
    "deployment",
    "volume-replaced",
    [
      "spec.template.spec.volumes[name=tmp].emptyDir: (none) => {}",
      'spec.template.spec.volumes[name=tmp].hostPath.path: "/" => (none) (set by kubectl-edit)',
      'spec.template.spec.volumes[name=tmp].hostPath.type: "" => (none) (set by kubectl-edit)',
    ],
  ],
  ["deployment", "wiped-and-scaled", ["spec.replicas: 5 => 3"]],
  [
    "service",
    "edited",
    [
      'spec.ports[port=80,protocol=TCP].targetPort: 8080 => "http" (set by kubectl-edit)',
      'spec.selector: {"app":"y"} => {"app":"x"} (set by kubectl-edit)',
      'spec.ports[port=81,protocol=TCP]: {"name":"x","port":81,"protocol":"TCP","targetPort":81} => (none) (set by kubectl-edit)',
    ],
  ],
  ["autoscaler", "edited", ["spec.minReplicas: 2 => (none) (set by kubectl-edit)"]],
  [
    "custom-resource",
    "edited",
    [
      'spec.atom: {"a":"1","b":"2"} => {"a":"1"} (set by kubectl-edit)',
      'spec.free.list: [{"x":2}] => [{"x":1}] (set by kubectl-edit)',
      'spec.note: "x" => null (set by kubectl-edit)',
      "spec.price: 2 => 1.5 (set by kubectl-edit)",
      'spec.rules[kind=plain,level=1].text: "uno" => "one" (set by kubectl-edit)',
      'spec.tags[="b"]: (none) => "b"',
      "spec.free.a.c: 2 => (none) (set by kubectl-edit)",
      "spec.free.n: 1 => (none) (set by kubectl-edit)",
      'spec.labels.z: "1" => (none) (set by kubectl-edit)',
      'spec.rules[kind=plain,level=3]: {"kind":"plain","level":3} => (none) (set by kubectl-edit)',
      "spec.size: 4 => (none) (set by kubectl-edit)",
      'spec.tags[="c"]: "c" => (none) (set by kubectl-edit)',
    ],
  ],
];

function read(file: string): Captured {
  return JSON.parse(readFileSync(new URL(`testdata/${file}.json`, import.meta.url), "utf8")) as Captured;
}

function changesOf({ manifest, answer, live }: Captured, name: string): readonly string[] {
  const { changes } = findDrift(manifest, recordApplied(manifest, answer, OURS), live[name]!, rules);
  const { kind, namespace, name: object } = refOf(manifest);
  return changes.map((change) => formatChange(refOf(manifest), change).replace(`${kind} ${namespace}/${object}: `, ""));
}

describe("captured objects", () => {
  it.each(["deployment", "service", "autoscaler", "custom-resource"])(
    "show no drift right after the apply: %s",
    (file) => {
      const { manifest, answer } = read(file);
      const applied = recordApplied(manifest, answer, OURS);
      expect(findDrift(manifest, applied, answer, rules).shown).toBe(manifest);
      expect(isSuspect(answer, applied, rules)).toBe(false);
    },
  );

  it.each(rows)("show the drift of a %s %s", (file, name, expected) => {
    const captured = read(file);
    expect(changesOf(captured, name)).toEqual(expected);
    const { apiVersion, kind, metadata } = captured.live[name]!;
    const applied = recordApplied(captured.manifest, captured.answer, OURS);
    expect(isSuspect({ apiVersion, kind, metadata }, applied, rules)).toBe(true);
  });

  it.each(rows)("give up what a person owns in a %s %s", (file, name) => {
    const live = read(file).live[name]!;
    const managedFields = absorbPersons(live, rules);
    if (managedFields === undefined) expect(personFields(live, rules)).toEqual([]);
    else expect(personFields(withManaged(live, managedFields), rules)).toEqual([]);
  });

  it("show that a Secret's value changed, and no value", () => {
    const { manifest, answer, live } = read("secret");
    const [desired, answered, found] = [foldSecret(manifest), answer, live["edited"]!].map((object) =>
      maskSecret(object, "key"),
    );
    const { changes } = findDrift(desired!, recordApplied(desired!, answered!, OURS), found!, rules);
    expect(changes.map(({ path, by }) => [path, by])).toEqual([
      ["data.password", "kubectl-edit"],
      ["data.more", "kubectl-edit"],
    ]);
    for (const secret of ["hunter2", "canary-leak"]) {
      expect(JSON.stringify(changes)).not.toContain(secret);
      expect(JSON.stringify(changes)).not.toContain(Buffer.from(secret).toString("base64"));
    }
  });

  it("are owned as our model of the API server says", () => {
    const { manifest, answer } = read("deployment");
    const real = ownEntry(answer.metadata.managedFields, OURS)!.fieldsV1!;
    const model = fieldsOf(manifest);
    expect(leavesOf(model).map(formatPath).sort()).toEqual(leavesOf(real).map(formatPath).sort());
  });
});
