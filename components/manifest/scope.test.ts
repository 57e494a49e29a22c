import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "./object.ts";
import { withNamespace } from "./scope.ts";

function object(apiVersion: string, kind: string, extra: Partial<Manifest> = {}): Manifest {
  return { apiVersion, kind, metadata: { name: "a" }, ...extra };
}

const definition = (scope: string, names?: object) =>
  object("apiextensions.k8s.io/v1", "CustomResourceDefinition", { spec: { group: "example.com", scope, names } });

function namespaceOf(manifest: Manifest, others: readonly Manifest[] = []): string | undefined {
  return withNamespace([manifest, ...others], "qa")[0]?.metadata.namespace;
}

describe("the namespace of an object that states none", () => {
  it.each([
    ["v1", "ConfigMap"],
    ["apps/v1", "Deployment"],
    ["example.com/v1", "Widget"],
  ])("is the destination's for %s %s", (apiVersion, kind) => {
    expect(namespaceOf(object(apiVersion, kind))).toBe("qa");
  });

  it.each([
    ["v1", "Namespace"],
    ["rbac.authorization.k8s.io/v1", "ClusterRole"],
    ["storage.k8s.io/v1", "StorageClass"],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
  ])("is none for %s %s, which lives outside namespaces", (apiVersion, kind) => {
    expect(namespaceOf(object(apiVersion, kind))).toBeUndefined();
  });

  it("stays the object's own where it states one", () => {
    expect(namespaceOf(object("v1", "ConfigMap", { metadata: { name: "a", namespace: "other" } }))).toBe("other");
  });

  it("is none for a custom resource that its definition among the manifests calls cluster-scoped", () => {
    const widget = object("example.com/v1", "Widget");
    expect(namespaceOf(widget, [definition("Cluster", { kind: "Widget" })])).toBeUndefined();
    expect(namespaceOf(widget, [definition("Namespaced", { kind: "Widget" })])).toBe("qa");
    expect(namespaceOf(widget, [definition("Cluster", { kind: "Gadget" })])).toBe("qa");
  });

  it("is the destination's when a definition is broken", () => {
    expect(namespaceOf(object("example.com/v1", "Widget"), [definition("Cluster")])).toBe("qa");
  });
});
