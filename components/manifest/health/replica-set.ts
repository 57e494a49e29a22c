import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { causeOf, conditionOf, readNumber } from "./reading.ts";
import { count, degraded, healthy, progressing, unobserved } from "./results.ts";

/** Argo CD: gitops-engine health_replicaset.go. */
export function assessReplicaSet(set: Manifest): Health {
  return unobserved(set) ?? failure(set) ?? replicas(set);
}

function failure(set: Manifest): Health | undefined {
  const condition = conditionOf(set, "ReplicaFailure");
  return condition?.status === "True" ? degraded(causeOf(condition, "a replica cannot be made")) : undefined;
}

function replicas(set: Manifest): Health {
  const wanted = readNumber(set, "spec", "replicas") ?? 1;
  const available = readNumber(set, "status", "availableReplicas") ?? 0;
  const message = count(available, wanted, "replicas", "available");
  return available < wanted ? progressing(message) : healthy(message);
}
