import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { byCondition } from "./custom-resource.ts";
import { outdated } from "./results.ts";

/** PodMonitoring, Rules and their kin of Google Cloud Managed Service for Prometheus (prometheus-engine, monitoring_types.go). */
export function assessPodMonitoring(monitoring: Manifest): Health | undefined {
  return outdated(monitoring) ?? byCondition(monitoring, "ConfigurationCreateSuccess");
}
