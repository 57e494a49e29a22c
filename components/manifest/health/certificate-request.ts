import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { byCondition } from "./custom-resource.ts";
import type { Condition } from "./reading.ts";
import { causeOf, conditionsOf } from "./reading.ts";
import { degraded, progressing } from "./results.ts";

/** CertificateRequest of cert-manager, which is tried once. Argo CD: cert-manager.io/CertificateRequest/health.lua. */
export function assessCertificateRequest(request: Manifest): Health {
  const refused = conditionsOf(request).find(isRefusal);
  if (refused !== undefined) return degraded(causeOf(refused, "the request is refused"));
  return byCondition(request, "Ready") ?? progressing("waiting for the request to be approved");
}

function isRefusal({ type, status, reason }: Condition): boolean {
  if (type === "Ready") return status === "False" && (reason === "Failed" || reason === "Denied");
  return (type === "Denied" || type === "InvalidRequest") && status === "True";
}
