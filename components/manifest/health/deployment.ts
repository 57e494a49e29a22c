import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { causeOf, conditionOf, read, readNumber } from "./reading.ts";
import { count, degraded, healthy, progressing, suspended, unobserved } from "./results.ts";

/** Argo CD: gitops-engine health_deployment.go. */
export function assessDeployment(deployment: Manifest): Health {
  if (read(deployment, "spec", "paused") === true) return suspended("the rollout is paused");
  return unobserved(deployment) ?? stalled(deployment) ?? rollout(deployment);
}

function stalled(deployment: Manifest): Health | undefined {
  const condition = conditionOf(deployment, "Progressing");
  if (condition?.reason !== "ProgressDeadlineExceeded") return undefined;
  return degraded(causeOf({ ...condition, reason: "" }, "the rollout exceeded its progress deadline"));
}

function rollout(deployment: Manifest): Health {
  const wanted = readNumber(deployment, "spec", "replicas") ?? 1;
  const updated = readNumber(deployment, "status", "updatedReplicas") ?? 0;
  const total = readNumber(deployment, "status", "replicas") ?? 0;
  const available = readNumber(deployment, "status", "availableReplicas") ?? 0;
  if (updated < wanted) return progressing(count(updated, wanted, "replicas", "updated"));
  if (total > updated) return progressing(count(total - updated, total, "replicas", "old and still to be terminated"));
  if (available < updated) return progressing(count(available, updated, "updated replicas", "available"));
  return healthy(count(available, wanted, "replicas", "available"));
}
