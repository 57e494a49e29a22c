import type { Manifest } from "../../components/manifest/object.ts";

/** A definition of Widgets. @param fields integers of `spec`; without them everything is allowed */
export function definition(group: string, fields?: readonly string[]): Manifest {
  const properties = Object.fromEntries((fields ?? []).map((name) => [name, { type: "integer" }]));
  const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const openAPIV3Schema =
    fields === undefined ? anything : { type: "object", properties: { spec: { type: "object", properties } } };
  const names = { kind: "Widget", plural: "widgets", singular: "widget", listKind: "WidgetList" };
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }];
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: { group, scope: "Namespaced", names, versions },
  };
}

export function widget(group: string, namespace: string, spec?: Readonly<Record<string, unknown>>): Manifest {
  const widget = { apiVersion: `${group}/v1`, kind: "Widget", metadata: { name: "one", namespace } };
  return spec === undefined ? widget : { ...widget, spec };
}
