import type { FieldPath } from "../manifest/fields.ts";
import { valueAt, withValueAt } from "../manifest/fields.ts";
import type { Manifest } from "../manifest/object.ts";
import { formatRef, groupOf, refOf } from "../manifest/object.ts";

/** The field that an autoscaler writes through the scale subresource. */
export const REPLICAS: FieldPath = [{ field: "spec" }, { field: "replicas" }];

interface ScaleTarget {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * The workloads whose `spec.replicas` belongs to a HorizontalPodAutoscaler among these manifests. Not one that Git wants at 0: that tells the
 * autoscaler to leave it alone (Kubernetes, "Horizontal Pod Autoscaling": implicit maintenance-mode deactivation).
 */
export function autoscaled(manifests: readonly Manifest[]): ReadonlySet<string> {
  const targets = new Set(manifests.filter(isAutoscaler).map(targetOf));
  const stopped = manifests.filter((manifest) => valueAt(manifest, REPLICAS) === 0);
  return targets.difference(new Set(stopped.map((manifest) => formatRef(refOf(manifest)))));
}

/** Git and the autoscaler would fight over the field, so where there is an autoscaler Git does not state it. */
export function withoutReplicas(manifest: Manifest, scaled: ReadonlySet<string>): Manifest {
  if (!scaled.has(formatRef(refOf(manifest)))) return manifest;
  return withValueAt(manifest, REPLICAS, undefined);
}

function isAutoscaler(manifest: Manifest): boolean {
  return manifest.kind === "HorizontalPodAutoscaler" && groupOf(manifest.apiVersion) === "autoscaling";
}

function targetOf(autoscaler: Manifest): string {
  const { scaleTargetRef: target } = autoscaler["spec"] as { scaleTargetRef: ScaleTarget };
  const namespace = autoscaler.metadata.namespace ?? "";
  return formatRef({ group: groupOf(target.apiVersion ?? "v1"), kind: target.kind, namespace, name: target.name });
}
