import { describe, expect, it } from "@jest/globals";
import { live } from "./live.fixture.ts";
import { assessManagedCertificate } from "./managed-certificate.ts";

const domains = (...statuses: readonly string[]) =>
  statuses.map((status, index) => ({ domain: `${"ab".charAt(index)}.example.com`, status }));

describe("a ManagedCertificate", () => {
  it.each([
    [
      "Healthy when active",
      { certificateStatus: "Active", domainStatus: domains("Active") },
      "Healthy",
      "the certificate is active",
    ],
    [
      "Progressing while it is provisioned",
      { certificateStatus: "Provisioning", domainStatus: domains("Active", "Provisioning") },
      "Progressing",
      "the certificate is Provisioning, b.example.com is Provisioning",
    ],
    [
      "Progressing, not Degraded, while a domain does not point to the load balancer",
      { certificateStatus: "Provisioning", domainStatus: domains("FailedNotVisible") },
      "Progressing",
      "the certificate is Provisioning, a.example.com is FailedNotVisible",
    ],
    [
      "Progressing while Google tries again",
      { certificateStatus: "ProvisioningFailed", domainStatus: [] },
      "Progressing",
      "the certificate is ProvisioningFailed",
    ],
    [
      "Degraded when Google has given up",
      { certificateStatus: "ProvisioningFailedPermanently", domainStatus: domains("FailedCaaForbidden") },
      "Degraded",
      "the certificate is ProvisioningFailedPermanently, a.example.com is FailedCaaForbidden",
    ],
    [
      "Degraded when it cannot be renewed",
      { certificateStatus: "RenewalFailed" },
      "Degraded",
      "the certificate is RenewalFailed",
    ],
    ["Progressing until it is looked at", {}, "Progressing", "the certificate is not provisioned yet"],
  ])("is %s", (_, status, health, message) => {
    const certificate = live("networking.gke.io/v1", "ManagedCertificate", {}, { ...status });
    expect(assessManagedCertificate(certificate)).toEqual({ status: health, message });
  });
});
