import type { Health } from "../health.ts";
import type { Members } from "../json.ts";
import type { Manifest } from "../object.ts";
import { objection, opinionsIn } from "./acceptance.ts";
import { readText } from "./reading.ts";
import { healthy } from "./results.ts";

/**
 * ServiceMonitor, PodMonitor, Probe, ScrapeConfig and PrometheusRule of the Prometheus operator: whether each Prometheus that selects the
 * object accepts it. No opinion without `status.bindings`, which the operator writes only when told to.
 */
export function assessMonitor(monitor: Manifest): Health | undefined {
  const bindings = opinionsIn(monitor, "bindings", subjectOf);
  if (bindings.length === 0) return undefined;
  return objection(monitor, bindings, new Set()) ?? healthy("the configuration is accepted");
}

function subjectOf(binding: Members): string {
  return `${readText(binding, "resource")} ${readText(binding, "namespace")}/${readText(binding, "name")}`;
}
