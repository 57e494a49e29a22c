import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { readText } from "./reading.ts";
import { degraded, healthy, progressing, unknown } from "./results.ts";

/** Argo CD: gitops-engine health_pvc.go. */
export function assessClaim(claim: Manifest): Health {
  const phase = readText(claim, "status", "phase");
  if (phase === "Lost") return degraded("the volume behind the claim is lost");
  if (phase === "Pending") return progressing("waiting for a volume");
  if (phase === "Bound") return healthy("bound");
  return unknown(phase === "" ? "the claim has no phase yet" : `the claim is in phase ${phase}`);
}
