import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { causeOf, conditionOf, readNumber } from "./reading.ts";
import { count, healthy, progressing, unobserved } from "./results.ts";

/**
 * Argo CD: policy/PodDisruptionBudget/health.lua, but a budget that cannot be computed is Progressing, because that is tried again. Too
 * few pods are no fault of the budget.
 */
export function assessDisruptionBudget(budget: Manifest): Health {
  return unobserved(budget) ?? failure(budget) ?? pods(budget);
}

function failure(budget: Manifest): Health | undefined {
  const allowed = conditionOf(budget, "DisruptionAllowed");
  if (allowed?.reason !== "SyncFailed") return undefined;
  return progressing(causeOf({ ...allowed, reason: "" }, "the budget cannot be computed"));
}

function pods(budget: Manifest): Health {
  const wanted = readNumber(budget, "status", "desiredHealthy") ?? 0;
  const found = readNumber(budget, "status", "currentHealthy") ?? 0;
  return healthy(count(found, wanted, "pods", "healthy"));
}
