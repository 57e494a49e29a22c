import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { readNumber, readText } from "./reading.ts";
import { count, healthy, progressing, unobserved } from "./results.ts";

/** Argo CD: gitops-engine health_daemonset.go. */
export function assessDaemonSet(set: Manifest): Health {
  return unobserved(set) ?? rollout(set);
}

function rollout(set: Manifest): Health {
  const wanted = readNumber(set, "status", "desiredNumberScheduled") ?? 0;
  const updated = readNumber(set, "status", "updatedNumberScheduled") ?? 0;
  const available = readNumber(set, "status", "numberAvailable") ?? 0;
  if (readText(set, "spec", "updateStrategy", "type") === "OnDelete")
    return healthy(`${count(updated, wanted, "pods", "updated")}, updates wait for deletion`);
  if (updated < wanted) return progressing(count(updated, wanted, "pods", "updated"));
  if (available < wanted) return progressing(count(available, wanted, "updated pods", "available"));
  return healthy(count(available, wanted, "pods", "available"));
}
