import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { causeOf, conditionOf } from "./reading.ts";
import { degraded, healthy, outdated, progressing } from "./results.ts";

/**
 * Argo CD: apiextensions.k8s.io/CustomResourceDefinition/health.lua, but not established is Progressing unless the names are refused, as
 * in kstatus: a new definition is in that state for a moment.
 */
export function assessDefinition(definition: Manifest): Health {
  const stale = outdated(definition);
  if (stale !== undefined) return stale;
  const terminating = conditionOf(definition, "Terminating");
  if (terminating?.status === "True") return progressing(causeOf(terminating, "its objects are being deleted"));
  const names = conditionOf(definition, "NamesAccepted");
  if (names?.status === "False") return degraded(causeOf(names, "its names are taken"));
  const established = conditionOf(definition, "Established");
  if (established?.status === "True") return healthy("the definition is established");
  return progressing(causeOf(established ?? { message: "", reason: "" }, "waiting to be established"));
}
