import { describe, expect, it } from "@jest/globals";
import { assessCertificateRequest } from "./certificate-request.ts";
import { condition, live } from "./live.fixture.ts";

const approved = condition("Approved", "True", "cert-manager.io", "Certificate request has been approved");
const denied = condition("Denied", "True", "policy.example.com", "wildcards are not allowed");

describe("a CertificateRequest", () => {
  it.each([
    [
      "Healthy when issued",
      [approved, condition("Ready", "True", "Issued", "Certificate fetched from issuer successfully")],
      "Healthy",
      "Certificate fetched from issuer successfully",
    ],
    [
      "Progressing while pending",
      [approved, condition("Ready", "False", "Pending", "Waiting on certificate issuance from order qa/api-1")],
      "Progressing",
      "Waiting on certificate issuance from order qa/api-1",
    ],
    [
      "Degraded when failed",
      [approved, condition("Ready", "False", "Failed", "order is invalid")],
      "Degraded",
      "order is invalid",
    ],
    ["Degraded when denied", [condition("Ready", "False", "Pending"), denied], "Degraded", "wildcards are not allowed"],
    [
      "Degraded when its denial has been noted",
      [condition("Ready", "False", "Denied", "The CertificateRequest was denied")],
      "Degraded",
      "The CertificateRequest was denied",
    ],
    [
      "Degraded when invalid",
      [condition("InvalidRequest", "True", "InvalidCSR", "the signing request does not fit")],
      "Degraded",
      "the signing request does not fit",
    ],
    [
      "not Degraded by a denial that is not true",
      [{ ...denied, status: "False" }],
      "Progressing",
      "waiting for the request to be approved",
    ],
    ["Progressing until it is looked at", [], "Progressing", "waiting for the request to be approved"],
  ])("is %s", (_, conditions, health, message) => {
    const status = { observedGeneration: undefined, conditions };
    const request = live("cert-manager.io/v1", "CertificateRequest", {}, status);
    expect(assessCertificateRequest(request)).toEqual({ status: health, message });
  });
});
