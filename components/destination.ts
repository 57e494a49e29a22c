import type { Destination } from "./application/application.ts";
import { closest } from "./application/suggest.ts";
import type { ClusterInput } from "./cluster.ts";
import type { ClusterNames } from "./project/project.ts";
import type { ClusterReference } from "./sync.protocol.ts";

/** A further cluster that Applications may name as their destination. */
export interface DeclaredCluster {
  readonly reference: ClusterReference;
  /** What `destination.server` calls it, where Applications do so. */
  readonly server?: string;
}

/** Where an Application goes. */
export interface Place {
  readonly cluster: ClusterInput;
  /** As projects name it. */
  readonly names: ClusterNames;
}

/** The names by which Argo CD knows the cluster that it runs in; here it is the environment's own. */
export const OWN_CLUSTER = { server: "https://kubernetes.default.svc", name: "in-cluster" } as const;

/**
 * The cluster that a destination names.
 * @param declared by name
 * @returns a sentence when nobody declared it: it is never taken for another one
 */
export function findPlace(
  destination: Destination,
  own: ClusterInput,
  declared: Readonly<Record<string, DeclaredCluster>>,
): Place | string {
  const names = findCluster(destination, declared);
  if (typeof names === "string") return names;
  const reference = names.name === OWN_CLUSTER.name ? own : declared[names.name]?.reference;
  return reference === undefined ? undeclared(names.name, declared) : { cluster: reference, names };
}

/** What the cluster that a destination names is called; a sentence when nobody declared it. */
export function findCluster(
  { server, name }: Destination,
  declared: Readonly<Record<string, DeclaredCluster>>,
): (ClusterNames & { readonly name: string }) | string {
  if (name === OWN_CLUSTER.name || (server !== undefined && isSame(server, OWN_CLUSTER.server))) return OWN_CLUSTER;
  const found = Object.entries(declared).filter(
    ([key, cluster]) =>
      key === name || (server !== undefined && cluster.server !== undefined && isSame(server, cluster.server)),
  );
  const [first, second] = found;
  if (first === undefined) return undeclared(name ?? server ?? "", declared);
  if (second !== undefined) return `spec.destination: ${server ?? ""} is both ${first[0]} and ${second[0]}`;
  const [key, cluster] = first;
  return { name: key, ...(cluster.server && { server: cluster.server }) };
}

function isSame(a: string, b: string): boolean {
  return a.replace(/\/+$/, "").toLowerCase() === b.replace(/\/+$/, "").toLowerCase();
}

function undeclared(wanted: string, declared: Readonly<Record<string, DeclaredCluster>>): string {
  const names = [OWN_CLUSTER.name, ...Object.keys(declared)];
  const meant = closest(wanted, names);
  const hint =
    meant === undefined ? `gitops:clusters declares it; there is ${names.join(", ")}` : `did you mean ${meant}?`;
  return `spec.destination: there is no cluster ${wanted} (${hint})`;
}
