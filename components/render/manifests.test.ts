import { describe, expect, it } from "@jest/globals";

import { formatFailure } from "../error.ts";
import { checkManifests } from "./manifests.ts";

function object(more: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", ...metadata }, ...more };
}

function failuresOf(...values: readonly unknown[]): readonly string[] {
  return checkManifests(values.map((value, index) => ({ value, file: "a.yaml", line: index + 1 }))).failures.map(
    formatFailure,
  );
}

describe("checkManifests", () => {
  it("takes objects as they are", () => {
    const found = [
      object(),
      object({ kind: "Secret" }),
      object({}, { namespace: "qa" }),
      object({ apiVersion: "example.com/v1beta1" }),
    ];
    expect(checkManifests(found.map((value) => ({ value })))).toStrictEqual({ manifests: found, failures: [] });
  });

  it("opens Lists, also of one kind and within each other", () => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [object(), { apiVersion: "v1", kind: "ConfigMapList", items: [object({}, { name: "b" })] }],
    };
    expect(checkManifests([{ value: list }]).manifests.map(({ metadata }) => metadata.name)).toStrictEqual(["a", "b"]);
  });

  it("drops what is there but empty, as Kubernetes does", () => {
    const { manifests } = checkManifests([{ value: object({}, { namespace: null, labels: null, annotations: null }) }]);
    expect(manifests).toStrictEqual([object()]);
  });

  it.each([
    [{}, ["apiVersion", "kind", "metadata"]],
    [object({ apiVersion: undefined }), ["apiVersion"]],
    [object({ apiVersion: 1 }), ["apiVersion"]],
    [object({ apiVersion: "a/b/c" }), ["apiVersion"]],
    [object({ kind: "../Secret" }), ["kind"]],
    [object({}, { name: "" }), ["metadata.name"]],
    [object({}, { name: 5 }), ["metadata.name"]],
    [object({}, { name: "a/b" }), ["metadata.name"]],
    [object({}, { name: ".." }), ["metadata.name"]],
    [object({}, { name: undefined, generateName: "a-" }), ["metadata.generateName"]],
    [
      object({}, { name: undefined, generateName: "a/", annotations: { "helm.sh/hook": "test" } }),
      ["metadata.generateName"],
    ],
    [object({}, { namespace: "A/b" }), ["metadata.namespace"]],
    [object({}, { labels: { version: 1.1 } }), ['metadata.labels["version"]']],
    [object({}, { annotations: { a: true, b: null } }), ['metadata.annotations["a"]', 'metadata.annotations["b"]']],
    [object({}, { labels: [] }), ["metadata.labels"]],
    [{ apiVersion: "v1", kind: "List", items: {}, metadata: {} }, ["metadata.name"]],
    [object({ data: { a: "x".repeat(1_600_000) } }), [""]],
    ["text", [""]],
    [[object()], [""]],
  ])("refuses %j", (value, properties) => {
    expect(checkManifests([{ value }]).failures.map(({ property }) => property)).toStrictEqual(properties);
  });

  it("reports all mistakes of all objects with their places", () => {
    expect(failuresOf({ kind: "Service" }, object({ kind: "Pod" }, { name: 1 }))).toStrictEqual([
      'a.yaml:1: apiVersion: Service: expected a text such as "apps/v1", found nothing',
      "a.yaml:1: metadata: Service: expected a map, found nothing",
      "a.yaml:2: metadata.name: Pod: expected a text without slash and percent, found the number 1",
    ]);
  });

  it("refuses one object twice, whatever the version", () => {
    expect(failuresOf(object({ apiVersion: "apps/v1" }), object({ apiVersion: "apps/v1beta1" }))).toStrictEqual([
      "a.yaml:2: apps/ConfigMap a is there twice: it stands in a.yaml:1 already",
    ]);
  });

  it("refuses more objects than one application can have", () => {
    const many = Array.from({ length: 5_001 }, (_, index) => ({ value: object({}, { name: `a${index}` }) }));
    expect(checkManifests(many).failures).toHaveLength(1);
    expect(checkManifests(many.slice(1)).failures).toStrictEqual([]);
  });

  it("does not repeat the values of a Secret", () => {
    const secret = { kind: "Secret", data: { a: "hunter2" }, stringData: "hunter2", metadata: { name: "x" } };
    expect(failuresOf(secret).join("")).not.toContain("hunter2");
  });
});
