import type { KindInfo } from "./discovery.ts";

/** Path of all objects of a kind. @param namespace `""`: of all namespaces */
export function collectionPath({ group, version, plural, namespaced }: KindInfo, namespace: string): string {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const within = namespaced && namespace !== "" ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${within}/${plural}`;
}

/** Path of one object. A cluster-scoped kind has no use for the namespace. */
export function objectPath(
  kind: KindInfo,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
}
