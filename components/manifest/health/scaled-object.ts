import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { assessCustomResource } from "./custom-resource.ts";
import { causeOf, conditionOf } from "./reading.ts";
import { degraded, progressing, suspended } from "./results.ts";

/**
 * ScaledObject and ScaledJob of KEDA. Argo CD: keda.sh/ScaledObject/health.lua, but not ready is Progressing, because KEDA tries again,
 * and paused counts before anything else, because it then does not.
 */
export function assessScaledObject(scaled: Manifest): Health {
  const paused = conditionOf(scaled, "Paused");
  if (paused?.status === "True") return suspended(causeOf(paused, "scaling is paused"));
  const fallback = conditionOf(scaled, "Fallback");
  if (fallback?.status === "True") return degraded(causeOf(fallback, "scaling has fallen back to fixed replicas"));
  return assessCustomResource(scaled) ?? progressing("waiting for the autoscaler to be set up");
}
