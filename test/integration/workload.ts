import type { IgnoreDifference } from "../../components/application/application.ts";
import type { Manifest } from "../../components/manifest/object.ts";

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

export interface DeploymentSpec {
  readonly replicas: number;
  readonly template: { readonly spec: { readonly containers: readonly Container[] } };
}

export const APP: Container = { name: "app", image: "registry.example.com/my-org/web:v1.0.0" };

/** A Deployment whose pods become ready at once. */
export function deployment(namespace: string, replicas: number, containers: readonly Container[] = [APP]): Manifest {
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: { containers } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace }, spec };
}

export function specOf(object: Manifest | undefined): DeploymentSpec {
  return object?.["spec"] as DeploymentSpec;
}

/** A policy that ignores this much of every object, or of the kind that is given. */
export function ignoring(what: Partial<IgnoreDifference>): { readonly ignore: readonly IgnoreDifference[] } {
  const nothing = { jsonPointers: [], jqPathExpressions: [], managedFieldsManagers: [] };
  return { ignore: [{ group: "*", kind: "*", name: "", namespace: "", ...nothing, ...what }] };
}
