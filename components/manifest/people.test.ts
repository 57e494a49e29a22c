import { describe, expect, it } from "@jest/globals";
import { withManaged } from "./api-server.fixture.ts";
import { formatPath } from "./fields.ts";
import type { FieldsV1, ManagedFieldsEntry } from "./fields.ts";
import type { Manifest } from "./object.ts";
import { absorbPersons, personFields } from "./people.ts";
import { defaultExempt } from "./rules.ts";
import type { DriftRules } from "./rules.ts";

const rules: DriftRules = {
  manager: "ours",
  isPerson: (manager) => manager.startsWith("kubectl"),
  exempt: defaultExempt,
};

const RESTART = "f:kubectl.kubernetes.io/restartedAt";

function template(annotations: FieldsV1): FieldsV1 {
  return { "f:spec": { "f:template": { "f:metadata": { "f:annotations": annotations } } } };
}

function entry(manager: string, fieldsV1: FieldsV1, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry {
  return { manager, operation: "Update", apiVersion: "apps/v1", fieldsType: "FieldsV1", fieldsV1, ...more };
}

function live(...entries: readonly ManagedFieldsEntry[]): Manifest {
  const bare: Manifest = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "api", namespace: "qa" },
    spec: { paused: true },
  };
  return withManaged(bare, entries);
}

const own = entry(
  "ours",
  { "f:metadata": { "f:labels": { "f:a": {} } }, "f:spec": { "f:replicas": {} } },
  { operation: "Apply" },
);
const controller = entry("kube-controller-manager", { "f:spec": { "f:x": {} } });

const cases: readonly (readonly [
  string,
  readonly ManagedFieldsEntry[],
  readonly string[],
  readonly ManagedFieldsEntry[] | undefined,
])[] = [
  ["nobody", [own, controller], [], undefined],
  [
    "a person with a field of their own",
    [controller, own, entry("kubectl-edit", { "f:spec": { "f:paused": {} } })],
    ["spec.paused"],
    [
      entry(
        "ours",
        { "f:metadata": { "f:labels": { "f:a": {} } }, "f:spec": { "f:replicas": {}, "f:paused": {} } },
        { operation: "Apply" },
      ),
      controller,
    ],
  ],
  [
    "a person who owns only what we own too",
    [own, entry("kubectl-edit", { "f:spec": { "f:replicas": {} } })],
    [],
    undefined,
  ],
  [
    "a person who owns the map around our fields",
    [own, entry("kubectl-edit", { "f:metadata": { "f:labels": { ".": {} } } })],
    [],
    undefined,
  ],
  ["a person's status", [own, entry("kubectl-edit", { "f:status": {} }, { subresource: "status" })], [], undefined],
  [
    "a person who scaled",
    [
      entry("ours", { "f:metadata": { "f:labels": { "f:a": {} } } }, { operation: "Apply" }),
      entry("kubectl", { "f:spec": { "f:replicas": {} } }, { subresource: "scale" }),
    ],
    ["spec.replicas"],
    [own],
  ],
  [
    "two persons, one an applier",
    [
      own,
      entry("kubectl", { "f:spec": { "f:paused": {} } }, { operation: "Apply" }),
      entry("kubectl-edit", { "f:spec": { "f:y": {} } }),
    ],
    ["spec.paused", "spec.y"],
    [{ ...own, fieldsV1: { ...own.fieldsV1, "f:spec": { "f:replicas": {}, "f:paused": {}, "f:y": {} } } }],
  ],
  [
    "a restart, which stays the person's",
    [own, entry("kubectl-rollout", template({ ".": {}, [RESTART]: {} }))],
    [],
    undefined,
  ],
  [
    "a restart beside another annotation",
    [own, entry("kubectl-edit", template({ ".": {}, [RESTART]: {}, "f:note": {} }))],
    ["spec.template.metadata.annotations.note"],
    [
      {
        ...own,
        fieldsV1: {
          ...own.fieldsV1,
          "f:spec": {
            "f:replicas": {},
            "f:template": { "f:metadata": { "f:annotations": { ".": {}, "f:note": {} } } },
          },
        },
      },
      entry("kubectl-edit", template({ ".": {}, [RESTART]: {} })),
    ],
  ],
  [
    "a person whose fields are of another version, as far as ours has them",
    [own, entry("kubectl-edit", { "f:spec": { "f:paused": {}, "f:rollbackTo": {} } }, { apiVersion: "apps/v1beta1" })],
    ["spec.paused", "spec.rollbackTo"],
    [
      { ...own, fieldsV1: { ...own.fieldsV1, "f:spec": { "f:replicas": {}, "f:paused": {} } } },
      entry("kubectl-edit", { "f:spec": { "f:rollbackTo": {} } }, { apiVersion: "apps/v1beta1" }),
    ],
  ],
  [
    "a person on an object that we never applied",
    [entry("kubectl-create", { "f:spec": { "f:paused": {} } })],
    ["spec.paused"],
    [entry("ours", { "f:spec": { "f:paused": {} } }, { operation: "Apply" })],
  ],
];

describe("personFields", () => {
  it.each(cases)("finds the fields of %s", (_, entries, paths) => {
    expect(personFields(live(...entries), rules).map(formatPath)).toEqual(paths);
  });

  it("finds nothing where there are no managedFields", () => {
    const { managedFields: _none, ...metadata } = live().metadata;
    expect(_none).toEqual([]);
    expect(personFields({ ...live(), metadata }, rules)).toEqual([]);
  });
});

describe("absorbPersons", () => {
  it.each(cases)("takes over the fields of %s", (_, entries, __, expected) => {
    expect(absorbPersons(live(...entries), rules)).toEqual(expected);
  });
});

describe("personFields", () => {
  const item = 'k:{"port":80,"protocol":"TCP"}';
  const ports = (fields: FieldsV1): FieldsV1 => ({ "f:spec": { "f:ports": { [item]: fields } } });
  const named = { ".": {}, "f:port": {}, "f:protocol": {}, "f:name": {} };

  it("are not those by which a person names our list item", () => {
    const ours = entry("ours", ports({ ".": {}, "f:port": {} }), { operation: "Apply" });
    const fields = personFields(live(ours, entry("kubectl", ports(named), { operation: "Apply" })), rules);
    expect(fields.map(formatPath)).toEqual(["spec.ports[port=80,protocol=TCP].name"]);
  });

  it("are those of an item that is not ours", () => {
    const fields = personFields(live(own, entry("kubectl", ports(named), { operation: "Apply" })), rules);
    expect(fields).toHaveLength(3);
  });
});
