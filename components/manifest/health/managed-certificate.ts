import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { readList, readText } from "./reading.ts";
import { degraded, healthy, progressing } from "./results.ts";

// Google does not try these again (Compute Engine API, sslCertificates, managed.status).
const FINAL = new Set(["ProvisioningFailedPermanently", "RenewalFailed"]);

/**
 * ManagedCertificate of GKE. Argo CD: networking.gke.io/ManagedCertificate/health.lua, but FailedNotVisible is Progressing: every domain
 * is in that state until its DNS record points to the load balancer, and Google tries again by itself.
 */
export function assessManagedCertificate(certificate: Manifest): Health {
  const status = readText(certificate, "status", "certificateStatus");
  if (status === "Active") return healthy("the certificate is active");
  const message = [`the certificate is ${status === "" ? "not provisioned yet" : status}`, ...domains(certificate)];
  return FINAL.has(status) ? degraded(message.join(", ")) : progressing(message.join(", "));
}

function domains(certificate: Manifest): readonly string[] {
  return readList(certificate, "status", "domainStatus")
    .filter((domain) => readText(domain, "status") !== "Active")
    .map((domain) => `${readText(domain, "domain")} is ${readText(domain, "status")}`);
}
