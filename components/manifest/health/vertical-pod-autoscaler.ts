import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { causeOf, conditionOf } from "./reading.ts";
import { healthy, progressing } from "./results.ts";

/**
 * VerticalPodAutoscaler. Argo CD (autoscaling.k8s.io/VerticalPodAutoscaler/health.lua) waits for a recommendation and calls it Degraded
 * when no pod matches; here neither holds up a sync, because recommendations need pods that have run for a while, and a workload may be
 * scaled to nothing.
 */
export function assessVerticalAutoscaler(autoscaler: Manifest): Health {
  const unsupported = conditionOf(autoscaler, "ConfigUnsupported");
  if (unsupported?.status === "True") return progressing(causeOf(unsupported, "the target is not supported"));
  const isProvided = conditionOf(autoscaler, "RecommendationProvided")?.status === "True";
  return healthy(isProvided ? "a recommendation is provided" : "there is no recommendation yet");
}
