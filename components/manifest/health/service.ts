import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { readList, readText } from "./reading.ts";
import { healthy, progressing } from "./results.ts";

/** Argo CD: gitops-engine health_service.go. */
export function assessService(service: Manifest): Health {
  if (readText(service, "spec", "type") !== "LoadBalancer") return healthy("");
  if (readList(service, "status", "loadBalancer", "ingress").length > 0)
    return healthy("the load balancer has an address");
  return progressing("waiting for the address of the load balancer");
}
