import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { readList } from "./reading.ts";
import { healthy, progressing } from "./results.ts";

/** Argo CD: gitops-engine health_ingress.go. */
export function assessIngress(ingress: Manifest): Health {
  if (readList(ingress, "status", "loadBalancer", "ingress").length > 0) return healthy("the ingress has an address");
  return progressing("waiting for the ingress controller to publish an address");
}
