import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { formatRef, groupOf, parseRef, refOf } from "./object.ts";
import type { ObjectRef } from "./object.ts";

const refs: readonly (readonly [string, ObjectRef])[] = [
  ["apps/Deployment qa/api", { group: "apps", kind: "Deployment", namespace: "qa", name: "api" }],
  ["Service qa/api", { group: "", kind: "Service", namespace: "qa", name: "api" }],
  ["Namespace qa", { group: "", kind: "Namespace", namespace: "", name: "qa" }],
  [
    "rbac.authorization.k8s.io/ClusterRole system:x",
    { group: "rbac.authorization.k8s.io", kind: "ClusterRole", namespace: "", name: "system:x" },
  ],
  [
    "rbac.authorization.k8s.io/ClusterRole read only",
    { group: "rbac.authorization.k8s.io", kind: "ClusterRole", namespace: "", name: "read only" },
  ],
];

describe("object references", () => {
  it.each(refs)("are written and read as %s", (text, ref) => {
    expect(formatRef(ref)).toBe(text);
    expect(parseRef(text)).toEqual(ref);
  });

  it.each([
    ["apps/v1", "apps"],
    ["v1", ""],
    ["rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io"],
  ])("take from %s the group %j", (apiVersion, group) => {
    expect(groupOf(apiVersion)).toBe(group);
  });

  it("have no version", () => {
    const v1 = {
      apiVersion: "autoscaling/v1",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "api", namespace: "qa" },
    };
    expect(refOf(v1)).toEqual(refOf({ ...v1, apiVersion: "autoscaling/v2" }));
    expect(refOf({ apiVersion: "v1", kind: "Namespace", metadata: { name: "qa" } }).namespace).toBe("");
  });

  it.each([
    [""],
    ["Deployment"],
    ["apps/Deployment"],
    ["apps/v1/Deployment qa/api"],
    ["Service qa/api/x"],
    [" qa/api"],
    ["Service /api"],
  ])("are not read from %j", (text) => {
    expect(() => parseRef(text)).toThrow(expect.objectContaining({ code: "Invalid" }));
  });

  it("are read back from what was written, for any names the API server allows", () => {
    const dns = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,8}[a-z0-9])?$/);
    const ref = fc.record({
      group: fc.oneof(fc.constant(""), dns),
      kind: fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,8}$/),
      namespace: fc.oneof(fc.constant(""), dns),
      name: fc.stringMatching(/^[^/%]{1,12}$/),
    });
    fc.assert(fc.property(ref, (object) => expect(parseRef(formatRef(object))).toEqual(object)));
  });
});
