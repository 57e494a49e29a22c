import { describe, expect, it } from "@jest/globals";
import { appliedAt, recordApplied } from "./applied.ts";
import { hashFields } from "./fields.ts";
import type { FieldsV1 } from "./fields.ts";
import type { Manifest } from "./object.ts";

const fields: FieldsV1 = {
  "f:metadata": { "f:labels": { "f:a/b": {} } },
  "f:spec": { "f:cpu": {}, "f:mem": {}, "f:dropped": {}, "f:none": {}, "f:list": {} },
};
const manifest: Manifest = {
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name: "w", namespace: "qa", labels: { "a/b": "x" } },
  spec: { cpu: "1000m", mem: "1Gi", dropped: true, none: null, list: [{ a: 1 }] },
};
const answer: Manifest = {
  ...manifest,
  metadata: {
    ...manifest.metadata,
    uid: "u-1",
    managedFields: [
      { manager: "other", operation: "Update", apiVersion: "v1", fieldsV1: { "f:spec": { "f:extra": {} } } },
      { manager: "ours", operation: "Apply", apiVersion: "v1", fieldsV1: fields },
    ],
  },
  spec: { cpu: "1", mem: "1Gi", list: [{ a: 1, b: 2 }], extra: 1 },
};

describe("recordApplied", () => {
  it("keeps our fields, and only the values that the answer changed", () => {
    expect(recordApplied(manifest, answer, "ours")).toEqual({
      uid: "u-1",
      fieldsHash: hashFields(fields),
      fields,
      values: { "spec.cpu": "1", "spec.dropped": null, "spec.list": [{ a: 1, b: 2 }] },
    });
  });

  it("takes every stated field for ours when the API keeps no managedFields", () => {
    const bare: Manifest = { ...answer, metadata: { ...manifest.metadata, uid: "u-1" } };
    const applied = recordApplied(manifest, bare, "ours");
    expect(applied).toMatchObject({ fieldsHash: "", fields });
  });
});

describe("appliedAt", () => {
  it("answers the recorded value, else the manifest's", () => {
    const applied = recordApplied(manifest, answer, "ours");
    expect(appliedAt(manifest, applied, [{ field: "spec" }, { field: "cpu" }])).toBe("1");
    expect(appliedAt(manifest, applied, [{ field: "spec" }, { field: "mem" }])).toBe("1Gi");
    expect(appliedAt(manifest, applied, [{ field: "spec" }, { field: "dropped" }])).toBeNull();
    expect(appliedAt(manifest, applied, [{ field: "constructor" }])).toBeUndefined();
  });
});
