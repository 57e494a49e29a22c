import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { causeOf, conditionOf } from "./reading.ts";
import { healthy, progressing } from "./results.ts";

/** Argo CD: gitops-engine health_apiservice.go. */
export function assessApiService(service: Manifest): Health {
  const available = conditionOf(service, "Available");
  const message = causeOf(available ?? { message: "", reason: "" }, "waiting for the API to be available");
  return available?.status === "True" ? healthy(message) : progressing(message);
}
