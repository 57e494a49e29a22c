import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  filterFields,
  formatPath,
  hashFields,
  holds,
  holdsBelow,
  leavesOf,
  leavesOutside,
  nodeAt,
  ownEntry,
  subtractFields,
  unionFields,
} from "./fields.ts";
import type { FieldPath, FieldsV1, ManagedFieldsEntry } from "./fields.ts";
import { canonicalJson } from "./json.ts";

const deployment: FieldsV1 = {
  "f:metadata": {
    "f:labels": { ".": {}, "f:app.kubernetes.io/name": {} },
    "f:finalizers": { ".": {}, 'v:"example.com/x"': {} },
  },
  "f:spec": {
    "f:template": {
      "f:spec": {
        "f:containers": {
          'k:{"name":"api"}': {
            ".": {},
            "f:args": {},
            "f:env": { ".": {}, 'k:{"name":"DEBUG"}': { ".": {}, "f:name": {}, "f:value": {} } },
            "f:ports": { 'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} } },
          },
          'k:{"name":"empty"}': { ".": {} },
        },
      },
    },
  },
  "f:list": { "i:0": {} },
};

const paths: readonly (readonly [FieldPath, string])[] = [
  [[{ field: "spec" }, { field: "replicas" }], "spec.replicas"],
  [
    [{ field: "metadata" }, { field: "labels" }, { field: "app.kubernetes.io/name" }],
    'metadata.labels["app.kubernetes.io/name"]',
  ],
  [[{ field: "containers" }, { key: { name: "api" } }, { field: "image" }], "containers[name=api].image"],
  [[{ key: { name: "8080" } }], '[name="8080"]'],
  [[{ key: { name: "true" } }], '[name="true"]'],
  [[{ key: { name: "a,b" } }], '[name="a,b"]'],
  [[{ key: { mountPath: "/tmp" } }], "[mountPath=/tmp]"],
  [[{ key: { protocol: "TCP", containerPort: 80 } }], "[containerPort=80,protocol=TCP]"],
  [[{ field: "finalizers" }, { value: "example.com/x" }], 'finalizers[="example.com/x"]'],
  [[{ value: 1 }], "[=1]"],
  [[{ field: "args" }, { index: 0 }], "args[0]"],
  [[{ field: "0" }], '["0"]'],
];

const element = fc.oneof(
  fc.record({ field: fc.string() }),
  fc.record({
    key: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()), { minKeys: 1, maxKeys: 2 }),
  }),
  fc.record({ value: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)) }),
  fc.record({ index: fc.nat(20) }),
);

const { sets } = fc.letrec<{ sets: FieldsV1; node: FieldsV1 }>((tie) => ({
  node: fc.oneof({ maxDepth: 3 }, fc.constant({}), fc.constant({ ".": {} }), tie("sets")),
  sets: fc.dictionary(fc.constantFrom("f:a", "f:b", 'k:{"name":"x"}', 'v:"x"', "i:0"), tie("node"), { maxKeys: 3 }),
}));

function texts(fields: FieldsV1): readonly string[] {
  return leavesOf(fields).map(formatPath).sort();
}

describe("formatPath", () => {
  it.each(paths)("writes %j as %s", (path, text) => {
    expect(formatPath(path)).toBe(text);
  });

  it("writes different paths differently", () => {
    fc.assert(
      fc.property(fc.array(element, { maxLength: 3 }), fc.array(element, { maxLength: 3 }), (a, b) => {
        fc.pre(canonicalJson(a) !== canonicalJson(b));
        expect(formatPath(a)).not.toBe(formatPath(b));
      }),
    );
  });
});

describe("leavesOf", () => {
  it("lists what has nothing below it, an empty list item included", () => {
    expect(texts(deployment)).toEqual([
      "list[0]",
      'metadata.finalizers[="example.com/x"]',
      'metadata.labels["app.kubernetes.io/name"]',
      "spec.template.spec.containers[name=api].args",
      "spec.template.spec.containers[name=api].env[name=DEBUG].name",
      "spec.template.spec.containers[name=api].env[name=DEBUG].value",
      "spec.template.spec.containers[name=api].ports[containerPort=80,protocol=TCP].containerPort",
      "spec.template.spec.containers[name=empty]",
    ]);
  });

  it.each([["x:odd"], ["i:one"], ["k:[1]"]])("refuses the unknown element %s", (text) => {
    expect(() => leavesOf({ [text]: {} })).toThrow("managedFields hold");
  });
});

describe("sets of fields", () => {
  it.each<readonly [string, FieldsV1, FieldsV1, FieldsV1]>([
    ["a leaf", { "f:a": {}, "f:b": {} }, { "f:a": {} }, { "f:b": {} }],
    ["what is below a leaf", { "f:a": { "f:x": {} } }, { "f:a": {} }, {}],
    ["a map with the last leaf in it", { "f:a": { ".": {}, "f:x": {} } }, { "f:a": { "f:x": {} } }, {}],
    [
      "one of two leaves in a map",
      { "f:a": { ".": {}, "f:x": {}, "f:y": {} } },
      { "f:a": { "f:x": {} } },
      { "f:a": { ".": {}, "f:y": {} } },
    ],
    ["not a leaf of which only the inside is given", { "f:a": {} }, { "f:a": { "f:x": {} } }, { "f:a": {} }],
    ["a leaf that is given with its inside", { "f:a": {} }, { "f:a": { ".": {}, "f:x": {} } }, {}],
  ])("subtract %s", (_, a, b, expected) => {
    expect(subtractFields(a, b)).toEqual(expected);
  });

  it("keep a field that has both itself and something below it in a union", () => {
    expect(unionFields({ "f:a": {} }, { "f:a": { "f:x": {} } })).toEqual({ "f:a": { ".": {}, "f:x": {} } });
    expect(unionFields({ "f:a": { "f:y": {} } }, { "f:a": { "f:x": {} } })).toEqual({
      "f:a": { "f:y": {}, "f:x": {} },
    });
  });

  it("share no leaf with what was subtracted", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const left = texts(subtractFields(a, b));
        expect(left.filter((text) => texts(b).includes(text))).toEqual([]);
        expect(left.filter((text) => !texts(a).includes(text))).toEqual([]);
        expect(texts(subtractFields(a, a))).toEqual([]);
      }),
    );
  });

  it("give the same union in either order, and twice the same set", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        expect(texts(unionFields(a, b))).toEqual(texts(unionFields(unionFields(b, a), a)));
        for (const path of leavesOf(a)) expect(holds(unionFields(a, b), path)).toBe(true);
      }),
    );
  });

  it("are split by a filter into parts that make the whole", () => {
    fc.assert(
      fc.property(sets, fc.func(fc.boolean()), (fields, choose) => {
        const chosen = filterFields(fields, (path) => choose(formatPath(path)));
        const rest = filterFields(fields, (path) => !choose(formatPath(path)));
        expect([...texts(chosen), ...texts(rest)].sort()).toEqual(texts(fields));
      }),
    );
  });

  it("lie outside another set where it has nothing at all", () => {
    const ours: FieldsV1 = { "f:emptyDir": {}, "f:labels": { "f:a": {} } };
    const theirs: FieldsV1 = { "f:emptyDir": { ".": {}, "f:medium": {} }, "f:labels": { ".": {} } };
    expect(leavesOutside(theirs, ours).map(formatPath)).toEqual(["emptyDir.medium"]);
  });

  it("hash alike in any order of elements, and differently when they differ", () => {
    expect(hashFields({ "f:a": {}, "f:b": { ".": {}, "f:c": {} } })).toBe(
      hashFields({ "f:b": { "f:c": {}, ".": {} }, "f:a": {} }),
    );
    expect(hashFields({ "f:a": {} })).not.toBe(hashFields({ "f:a": { ".": {}, "f:c": {} } }));
  });
});

describe("nodeAt", () => {
  const api: FieldPath = [
    { field: "spec" },
    { field: "template" },
    { field: "spec" },
    { field: "containers" },
    { key: { name: "api" } },
  ];

  it("finds list items by the value of their keys, however they are spelled", () => {
    const spelled: FieldsV1 = { "f:ports": { 'k:{"protocol": "TCP", "containerPort": 80}': {} } };
    expect(nodeAt(spelled, [{ field: "ports" }, { key: { containerPort: 80, protocol: "TCP" } }])).toEqual({});
    expect(nodeAt(spelled, [{ field: "ports" }, { key: { containerPort: "80", protocol: "TCP" } }])).toBeUndefined();
    expect(nodeAt(spelled, [{ field: "constructor" }])).toBeUndefined();
  });

  it("tells an item that is held from one of which only the inside is", () => {
    expect([holds(deployment, api), holdsBelow(deployment, api)]).toEqual([true, true]);
    expect([holds(deployment, api.slice(0, -1)), holdsBelow(deployment, api.slice(0, -1))]).toEqual([false, true]);
    expect([holds(deployment, [{ field: "no" }]), holdsBelow(deployment, [{ field: "no" }])]).toEqual([false, false]);
  });
});

describe("ownEntry", () => {
  const entry: ManagedFieldsEntry = { manager: "ours", operation: "Apply", apiVersion: "v1" };

  it.each<readonly [string, readonly ManagedFieldsEntry[] | undefined, ManagedFieldsEntry | undefined]>([
    ["our apply", [{ ...entry, operation: "Update" }, entry], entry],
    ["nothing without managedFields", undefined, undefined],
    ["nothing of another manager", [{ ...entry, manager: "ours-2" }], undefined],
    ["nothing of a subresource", [{ ...entry, subresource: "status" }], undefined],
    ["nothing of our updates", [{ ...entry, operation: "Update" }], undefined],
  ])("takes %s", (_, entries, expected) => {
    expect(ownEntry(entries, "ours")).toBe(expected);
  });
});
