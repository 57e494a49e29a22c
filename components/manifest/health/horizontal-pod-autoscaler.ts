import type { Health } from "../health.ts";
import { isList, isMembers } from "../json.ts";
import type { Manifest } from "../object.ts";
import { causeOf, conditionsOf, toCondition } from "./reading.ts";
import type { Condition } from "./reading.ts";
import { degraded, healthy, progressing } from "./results.ts";

// Version 1 has no conditions of its own: the API server puts them into this annotation.
const V1_CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";

const FAILURES: Readonly<Record<string, readonly string[]>> = {
  AbleToScale: ["FailedGetScale", "FailedUpdateScale"],
  ScalingActive: [
    "FailedGetResourceMetric",
    "FailedGetObjectMetric",
    "FailedGetPodsMetric",
    "FailedGetExternalMetric",
    "FailedComputeMetricsReplicas",
    "InvalidSelector",
  ],
};

/** Argo CD: gitops-engine health_hpa.go. */
export function assessAutoscaler(autoscaler: Manifest): Health {
  const conditions = autoscaler.apiVersion === "autoscaling/v1" ? v1Conditions(autoscaler) : conditionsOf(autoscaler);
  const failed = conditions.find(({ type, reason }) => FAILURES[type]?.includes(reason) === true);
  if (failed !== undefined) return degraded(causeOf(failed, "the autoscaler has failed"));
  const working = conditions.find(
    ({ type, status }) => (type === "AbleToScale" || type === "ScalingLimited") && status === "True",
  );
  return working === undefined ? progressing("waiting for the autoscaler") : healthy(causeOf(working, "able to scale"));
}

function v1Conditions({ metadata }: Manifest): readonly Condition[] {
  try {
    const conditions: unknown = JSON.parse(metadata.annotations?.[V1_CONDITIONS] ?? "[]");
    return isList(conditions) ? conditions.filter(isMembers).map(toCondition) : [];
  } catch {
    return [];
  }
}
