import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { byCondition } from "./custom-resource.ts";
import { causeOf, conditionOf } from "./reading.ts";
import { degraded, isOutdated, progressing } from "./results.ts";

/**
 * Certificate of cert-manager. Argo CD: cert-manager.io/Certificate/health.lua, but not ready is Degraded only once an attempt to issue
 * has failed, after which cert-manager rests for an hour or more; before the first attempt it is not ready either.
 */
export function assessCertificate(certificate: Manifest): Health {
  const issuing = conditionOf(certificate, "Issuing");
  if (issuing?.status === "True") return progressing(causeOf(issuing, "the certificate is being issued"));
  const ready = byCondition(certificate, "Ready") ?? progressing("waiting for the certificate to be issued");
  const hasFailed = issuing?.status === "False" && !isOutdated(certificate, issuing);
  if (ready.status === "Healthy" || !hasFailed) return ready;
  return degraded(causeOf(issuing, "the certificate could not be issued"));
}
