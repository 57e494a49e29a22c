import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { read, readNumber, readText } from "./reading.ts";
import { count, healthy, progressing, unobserved } from "./results.ts";

/** Argo CD: gitops-engine health_statefulset.go. */
export function assessStatefulSet(set: Manifest): Health {
  if ((readNumber(set, "status", "observedGeneration") ?? 0) === 0)
    return progressing("not yet seen by the controller");
  return unobserved(set) ?? rollout(set);
}

function rollout(set: Manifest): Health {
  const wanted = readNumber(set, "spec", "replicas") ?? 1;
  const ready = readNumber(set, "status", "readyReplicas") ?? 0;
  if (ready < wanted) return progressing(count(ready, wanted, "replicas", "ready"));
  const strategy = readText(set, "spec", "updateStrategy", "type");
  if (strategy === "RollingUpdate" && read(set, "spec", "updateStrategy", "rollingUpdate") !== undefined)
    return partition(set, wanted);
  if (strategy === "OnDelete")
    return healthy(`${count(ready, wanted, "replicas", "ready")}, updates wait for deletion`);
  const revision = readText(set, "status", "updateRevision");
  if (revision !== readText(set, "status", "currentRevision"))
    return progressing(`waiting for the rolling update to revision ${revision}`);
  return healthy(count(ready, wanted, "replicas", "ready"));
}

function partition(set: Manifest, wanted: number): Health {
  const from = readNumber(set, "spec", "updateStrategy", "rollingUpdate", "partition");
  const updated = readNumber(set, "status", "updatedReplicas") ?? 0;
  const target = from === undefined ? 0 : wanted - from;
  if (updated < target) return progressing(count(updated, target, "replicas", "updated"));
  return healthy(
    from === undefined || from === 0 ? count(wanted, wanted, "replicas", "ready") : `updated from replica ${from} on`,
  );
}
