import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { valueAt, withValueAt } from "./fields.ts";
import type { FieldPath } from "./fields.ts";
import type { Json } from "./object.ts";

const pod = {
  finalizers: ["a", "b"],
  args: ["x", "y"],
  containers: [
    {
      name: "api",
      ports: [{ containerPort: 53 }, { containerPort: 53, protocol: "UDP" }],
      env: [{ name: "A", value: "1" }],
    },
    { name: "proxy" },
  ],
  pullSecrets: [{}],
  repeated: [
    { name: "A", value: "1" },
    { name: "A", value: "2" },
  ],
  rules: [{ kind: "b", level: 1 }, { level: 2 }],
};

const api: FieldPath = [{ field: "containers" }, { key: { name: "api" } }];
const ports: FieldPath = [...api, { field: "ports" }];

describe("valueAt", () => {
  it.each<readonly [string, FieldPath, Json | undefined]>([
    ["a member of a list item", [...api, { field: "env" }, { key: { name: "A" } }, { field: "value" }], "1"],
    [
      "an item by several keys",
      [...ports, { key: { containerPort: 53, protocol: "UDP" } }],
      { containerPort: 53, protocol: "UDP" },
    ],
    [
      "an item that leaves a key to its default",
      [...ports, { key: { containerPort: 53, protocol: "TCP" } }],
      { containerPort: 53 },
    ],
    ["no item of another protocol", [...ports, { key: { containerPort: 53, protocol: "SCTP" } }], undefined],
    ["an item whose only key is defaulted", [{ field: "pullSecrets" }, { key: { name: "" } }], {}],
    ["no item for a name that is not the default", [{ field: "pullSecrets" }, { key: { name: "x" } }], undefined],
    ["an item with an unknown default", [{ field: "rules" }, { key: { kind: "a", level: 2 } }], { level: 2 }],
    ["no item that states another key", [{ field: "rules" }, { key: { kind: "a", level: 1 } }], undefined],
    ["no item that states none of unknown keys", [{ field: "pullSecrets" }, { key: { id: 1 } }], undefined],
    ["the last item of a repeated key", [{ field: "repeated" }, { key: { name: "A" } }, { field: "value" }], "2"],
    ["an item of a set", [{ field: "finalizers" }, { value: "b" }], "b"],
    ["no item that the set has not", [{ field: "finalizers" }, { value: "c" }], undefined],
    ["an item by its position", [{ field: "args" }, { index: 1 }], "y"],
    ["nothing beyond the list", [{ field: "args" }, { index: 2 }], undefined],
    ["nothing of the prototype", [{ field: "constructor" }], undefined],
    ["nothing below a scalar", [{ field: "args" }, { index: 0 }, { field: "length" }], undefined],
    ["nothing of a list by name", [{ field: "args" }, { field: "length" }], undefined],
    ["nothing of an object by key", [{ key: { name: "api" } }], undefined],
  ])("reads %s", (_, path, expected) => {
    expect(valueAt(pod, path)).toEqual(expected);
  });
});

describe("withValueAt", () => {
  it.each<readonly [string, FieldPath, Json | undefined, Json]>([
    ["makes missing parents", [{ field: "a" }, { field: "b" }], 1, { a: { b: 1 } }],
    [
      "makes a list item with its key fields",
      [{ field: "l" }, { key: { name: "x" } }, { field: "v" }],
      1,
      { l: [{ name: "x", v: 1 }] },
    ],
    [
      "puts a whole list item as it is",
      [{ field: "l" }, { key: { name: "x" } }],
      { name: "x" },
      { l: [{ name: "x" }] },
    ],
    ["adds to a set", [{ field: "s" }, { value: "x" }], "x", { s: ["x"] }],
    ["appends to a list", [{ field: "s" }, { index: 7 }], "x", { s: ["x"] }],
    ["makes no parents to remove from", [{ field: "a" }, { field: "b" }], undefined, {}],
    [
      "keeps a member called __proto__ a member",
      [{ field: "__proto__" }, { field: "x" }],
      1,
      JSON.parse('{"__proto__":{"x":1}}') as Json,
    ],
  ])("%s", (_, path, value, expected) => {
    expect(withValueAt({}, path, value)).toEqual(expected);
    expect(JSON.stringify(withValueAt({}, path, value))).toBe(JSON.stringify(expected));
  });

  it.each<readonly [string, FieldPath, Json]>([
    ["a member", [...api, { field: "env" }], { name: "api", ports: pod.containers[0]?.ports ?? null }],
  ])("removes %s", (_, path, expected) => {
    expect(valueAt(withValueAt(pod, path, undefined), api)).toEqual(expected);
  });

  it("drops the list item in which the path ends, and no other", () => {
    const left = withValueAt(pod, [...ports, { key: { containerPort: 53, protocol: "TCP" } }], undefined);
    expect(valueAt(left, ports)).toEqual([{ containerPort: 53, protocol: "UDP" }]);
    expect(withValueAt(pod, [{ field: "finalizers" }, { value: "a" }], undefined).finalizers).toEqual(["b"]);
    expect(withValueAt(pod, [{ field: "args" }, { index: 0 }], undefined).args).toEqual(["y"]);
  });

  it("leaves its argument alone, and returns it when nothing changes", () => {
    const before = JSON.stringify(pod);
    withValueAt(pod, [...api, { field: "image" }], "x");
    expect(JSON.stringify(pod)).toBe(before);
    expect(withValueAt(pod, [...api, { field: "none" }, { field: "x" }], undefined)).toBe(pod);
    expect(withValueAt(pod, [{ field: "args" }, { index: 0 }], "x")).toBe(pod);
  });

  it("replaces what has another shape", () => {
    expect(withValueAt({ a: "text" }, [{ field: "a" }, { field: "b" }], 1)).toEqual({ a: { b: 1 } });
    expect(withValueAt({ a: { b: 1 } }, [{ field: "a" }, { index: 0 }], 1)).toEqual({ a: [1] });
  });

  it("is read back by valueAt, and gone again after removal, for any path", () => {
    const field = fc.record({ field: fc.oneof(fc.string(), fc.constantFrom("a", "__proto__", "constructor")) });
    const item = fc.record({ key: fc.record({ id: fc.oneof(fc.string(), fc.integer()), kind: fc.string() }) });
    const steps = fc.array(
      fc.oneof(
        field.map((f) => [f]),
        fc.tuple(field, item),
      ),
      { minLength: 1, maxLength: 4 },
    );
    const path = steps.map((list): FieldPath => list.flat());
    fc.assert(
      fc.property(fc.jsonValue(), path, fc.oneof(fc.string(), fc.integer()), (object, at, value) => {
        fc.pre(!at.some((step, index) => index > 0 && "field" in step && ["id", "kind"].includes(step.field)));
        const last = at.at(-1);
        const put = last !== undefined && "key" in last ? { ...last.key, value } : value;
        const after = withValueAt(object, at, put);
        expect(valueAt(after, at)).toEqual(put);
        expect(valueAt(withValueAt(after, at, undefined), at)).toBeUndefined();
      }),
    );
  });
});
