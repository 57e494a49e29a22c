// What the API server does to managedFields, small enough for tests that need thousands of objects. The captured objects in
// testdata/ show that the real one does the same.
import { filterFields, formatPath, isOwnEntry, leavesOf, unionFields, valueAt } from "./fields.ts";
import type { FieldsV1, ManagedFieldsEntry } from "./fields.ts";
import { canonicalJson, isList, isMembers, sameJson } from "./json.ts";
import type { Manifest } from "./object.ts";

const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  imagePullSecrets: ["name"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
  env: ["name"],
  volumes: ["name"],
  volumeMounts: ["mountPath"],
  ports: ["containerPort", "protocol"],
};
const SETS = ["finalizers"];
const ATOMIC_MAPS = ["selector", "labelSelector", "nodeSelector"];
const ATOMIC_ITEMS = ["imagePullSecrets"];
const MAPS = ["labels", "annotations", "data", "limits"];

/** The fields of a request's body. @param points whether maps count themselves, as they do in an update but not in an apply */
export function fieldsOf(object: Manifest, points = false): FieldsV1 {
  const { labels, annotations, finalizers } = object.metadata;
  const stated = { ...object, apiVersion: undefined, kind: undefined, status: undefined };
  return members({ ...stated, metadata: { labels, annotations, finalizers } }, points);
}

function members(object: Readonly<Record<string, unknown>>, points: boolean): FieldsV1 {
  const stated = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    stated.flatMap(([name, value]) => {
      const node = nodeOf(name, value, points);
      return node === undefined ? [] : [[`f:${name}`, node]];
    }),
  );
}

function nodeOf(name: string, value: unknown, points: boolean): FieldsV1 | undefined {
  if (isMembers(value)) {
    if (ATOMIC_MAPS.includes(name)) return {};
    const children = members(value, points);
    return points && MAPS.includes(name) && Object.keys(children).length > 0 ? { ".": {}, ...children } : children;
  }
  if (!isList(value)) return {};
  const keys = LIST_KEYS[name];
  if (SETS.includes(name)) return Object.fromEntries(value.map((item) => [`v:${JSON.stringify(item)}`, {}]));
  // An empty associative list is in no set; an empty atomic one is.
  if (keys !== undefined && value.length === 0) return undefined;
  if (keys === undefined) return {};
  const items = value.filter(isMembers).map((item) => {
    const inside = ATOMIC_ITEMS.includes(name) ? {} : { ".": {}, ...members(item, points) };
    return [elementOf(keys, item), inside] as const;
  });
  return Object.fromEntries(items);
}

function elementOf(keys: readonly string[], item: Readonly<Record<string, unknown>>): string {
  return `k:${canonicalJson(Object.fromEntries(keys.map((key) => [key, item[key] ?? "TCP"])))}`;
}

/** The answer to the first server-side apply of `manifest`, when defaulting and admission make `stored` of it. */
export function answerTo(manifest: Manifest, stored: Manifest, manager: string): Manifest {
  const entry: ManagedFieldsEntry = {
    manager,
    operation: "Apply",
    apiVersion: manifest.apiVersion,
    time: "2026-01-02T03:04:05Z",
    fieldsType: "FieldsV1",
    fieldsV1: fieldsOf(manifest),
  };
  return withManaged({ ...stored, metadata: { ...stored.metadata, uid: "u-1" } }, [entry]);
}

/** The object after somebody's update: who changes a field owns it alone, and nobody owns what is gone. */
export function update(live: Manifest, manager: string, next: Manifest, subresource?: string): Manifest {
  const before = new Set(leavesOf(fieldsOf(live, true)).map(formatPath));
  const isChanged = (path: Parameters<typeof valueAt>[1]): boolean =>
    !before.has(formatPath(path)) || !sameJson(valueAt(live, path), valueAt(next, path));
  const changed = filterFields(fieldsOf(next, true), isChanged);
  const entries = (live.metadata.managedFields ?? []).map((entry) => ({
    ...entry,
    fieldsV1: filterFields(entry.fieldsV1 ?? {}, (path) => sameJson(valueAt(live, path), valueAt(next, path))),
  }));
  const same = (entry: ManagedFieldsEntry): boolean =>
    entry.manager === manager && entry.operation === "Update" && entry.subresource === subresource;
  const mine = unionFields(entries.find(same)?.fieldsV1 ?? {}, changed);
  const entry: ManagedFieldsEntry = {
    manager,
    operation: "Update",
    apiVersion: live.apiVersion,
    fieldsType: "FieldsV1",
    fieldsV1: mine,
    ...(subresource === undefined ? {} : { subresource }),
  };
  return withManaged(next, [...entries.filter((other) => !same(other)), entry]);
}

/** The object after another applier forced its own manifest over it. */
export function forceApply(live: Manifest, manager: string, next: Manifest, stated: Manifest): Manifest {
  const updated = update(live, "", next).metadata.managedFields ?? [];
  const entry: ManagedFieldsEntry = {
    manager,
    operation: "Apply",
    apiVersion: live.apiVersion,
    fieldsV1: fieldsOf(stated),
  };
  const others = updated.filter((other) => other.manager !== "" && !isOwnEntry(other, manager));
  return withManaged(next, [...others, entry]);
}

export function withManaged(object: Manifest, managedFields: readonly ManagedFieldsEntry[]): Manifest {
  return { ...object, metadata: { ...object.metadata, managedFields } };
}
