import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { readText } from "./reading.ts";
import { degraded, generationOf, healthy, progressing, suspended } from "./results.ts";

// Argo Rollouts puts the generation of the workload that the Rollout refers to here.
const WORKLOAD_GENERATION = "rollout.argoproj.io/workload-generation";

/** Rollout of Argo Rollouts since 1.0, which states its phase. Argo CD: argoproj.io/Rollout/health.lua. */
export function assessRollout(rollout: Manifest): Health {
  if (!isObserved(rollout)) return progressing("waiting for the controller to see the newest generation");
  const message = readText(rollout, "status", "message");
  const phase = readText(rollout, "status", "phase");
  if (phase === "Healthy") return healthy(message);
  if (phase === "Degraded") return degraded(message === "" ? "the rollout is degraded" : message);
  if (phase === "Paused") return suspended(message === "" ? "the rollout is paused" : message);
  return progressing(message === "" ? "waiting for the rollout" : message);
}

function isObserved(rollout: Manifest): boolean {
  // A text here, unlike elsewhere. Old versions wrote a hash into it, which tells nothing.
  const observed = readText(rollout, "status", "observedGeneration");
  if (observed === "" || Number(observed) < generationOf(rollout)) return false;
  const workload = readText(rollout, "metadata", "annotations", WORKLOAD_GENERATION);
  return workload === "" || workload === readText(rollout, "status", "workloadObservedGeneration");
}
