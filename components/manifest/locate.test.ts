import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { FieldsV1 } from "./fields.ts";
import { formatPath, valueAt } from "./fields.ts";
import type { Step } from "./locate.ts";
import { locate } from "./locate.ts";

const object = {
  spec: {
    replicas: 3,
    containers: [
      { name: "api", ports: [{ containerPort: 53 }, { containerPort: 53, protocol: "UDP" }], args: ["a", "b", "c"] },
      { name: "proxy" },
    ],
    rules: [{ name: "x" }, { name: "y" }, { name: "z" }],
  },
  metadata: { finalizers: ["one", "two"], annotations: { "a.b/c": "x", "0": "zero" } },
};

const fields: FieldsV1 = {
  "f:spec": {
    "f:containers": {
      'k:{"name":"api"}': {
        "f:ports": {
          'k:{"containerPort":53,"protocol":"TCP"}': { ".": {} },
          'k:{"containerPort":53,"protocol":"UDP"}': { ".": {} },
        },
        "f:args": {},
      },
      'k:{"name":"proxy"}': { ".": {} },
    },
    "f:rules": {},
  },
  "f:metadata": { "f:finalizers": { 'v:"one"': {}, 'v:"two"': {} } },
};

function texts(steps: readonly Step[], given: FieldsV1 | undefined = fields): readonly string[] {
  return locate(object, steps, given).map(formatPath);
}

describe("locate", () => {
  it.each<readonly [readonly Step[], readonly string[]]>([
    [["spec", "replicas"], ["spec.replicas"]],
    [["spec", "nothing", "below"], ["spec.nothing.below"]],
    [["metadata", "annotations", "a.b/c"], ['metadata.annotations["a.b/c"]']],
    [["metadata", "annotations", "0"], ['metadata.annotations["0"]']],
    [["spec", "containers", "1", "image"], ["spec.containers[name=proxy].image"]],
    [["spec", "containers", 0, "ports", 0], ["spec.containers[name=api].ports[containerPort=53,protocol=TCP]"]],
    [["spec", "containers", 0, "ports", -1], ["spec.containers[name=api].ports[containerPort=53,protocol=UDP]"]],
    [["spec", "containers", "0", "args", "2"], ["spec.containers[name=api].args[2]"]],
    [["spec", "rules", 1, "name"], ["spec.rules[1].name"]],
    [["metadata", "finalizers", "1"], ['metadata.finalizers[="two"]']],
    [
      ["spec", "rules", { start: 1, end: null }],
      ["spec.rules[1]", "spec.rules[2]"],
    ],
    [["spec", "rules", { start: -2, end: -1 }, 0, "name"], ["spec.rules[1].name"]],
    [["spec", "rules", { start: 1, end: 9 }, { start: 1, end: null }], ["spec.rules[2]"]],
    [[], [""]],
  ])("finds %j", (steps, expected) => {
    expect(texts(steps)).toEqual(expected);
  });

  it.each<readonly [readonly Step[]]>([
    [["spec", "containers", "2", "image"]],
    [["spec", "containers", -3]],
    [["spec", "containers", "01"]],
    [["spec", "containers", "api"]],
    [["spec", "containers", "-"]],
    [["spec", "replicas", "x"]],
    [["spec", "rules", { start: 2, end: 1 }]],
    [["spec", 0]],
  ])("finds nothing by %j", (steps) => {
    expect(texts(steps)).toEqual([]);
  });

  it("takes a name for the key where nothing tells how a list is keyed", () => {
    expect(locate(object, ["spec", "containers", 1, "image"]).map(formatPath)).toEqual([
      "spec.containers[name=proxy].image",
    ]);
    expect(locate(object, ["spec", "containers", 0, "args", 0]).map(formatPath)).toEqual([
      "spec.containers[name=api].args[0]",
    ]);
  });

  it("knows a new item by the key of its neighbours", () => {
    const grown = { spec: { containers: [...object.spec.containers, { name: "new", image: "x" }] } };
    expect(locate(grown, ["spec", "containers", 2, "image"], fields).map(formatPath)).toEqual([
      "spec.containers[name=new].image",
    ]);
  });

  it("finds the field that holds the value at that place, whatever the document", () => {
    const json = fc.object({ maxDepth: 4, values: [fc.integer(), fc.string()], withNullPrototype: false });
    fc.assert(
      fc.property(json, (document) => {
        for (const [steps, value] of places(document)) {
          const [path, ...others] = locate(document, steps, {});
          expect(others).toEqual([]);
          expect(valueAt(document, path ?? [])).toBe(value);
        }
      }),
    );
  });
});

/** Every place in the document that is reached by members and positions. */
function places(value: unknown): readonly (readonly [readonly Step[], unknown])[] {
  if (typeof value !== "object" || value === null) return [[[], value]];
  const children: readonly (readonly [Step, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item])
    : Object.entries(value);
  return [
    [[], value],
    ...children.flatMap(([step, child]) => places(child).map(([rest, at]) => [[step, ...rest], at] as const)),
  ];
}
