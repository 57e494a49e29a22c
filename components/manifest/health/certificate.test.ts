import { describe, expect, it } from "@jest/globals";
import { assessCertificate } from "./certificate.ts";
import { condition, live, old } from "./live.fixture.ts";

const ready = condition("Ready", "True", "Ready", "Certificate is up to date and has not expired");
const unready = condition("Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist");
const issuing = condition("Issuing", "True", "DoesNotExist", "Issuing certificate as Secret does not exist");
const failed = condition(
  "Issuing",
  "False",
  "Failed",
  "The certificate request has failed to complete and will be retried: order is invalid",
);

describe("a Certificate", () => {
  it.each([
    ["Healthy when ready", [ready], "Healthy", "Certificate is up to date and has not expired"],
    [
      "Progressing, not Degraded, before the first attempt",
      [unready],
      "Progressing",
      "Issuing certificate as Secret does not exist",
    ],
    [
      "Progressing while it is issued",
      [unready, issuing],
      "Progressing",
      "Issuing certificate as Secret does not exist",
    ],
    [
      "Progressing while it is renewed, though ready",
      [ready, { ...issuing, reason: "Renewing", message: "Renewing certificate as renewal was scheduled" }],
      "Progressing",
      "Renewing certificate as renewal was scheduled",
    ],
    [
      "Degraded when an attempt has failed",
      [unready, failed],
      "Degraded",
      "The certificate request has failed to complete and will be retried: order is invalid",
    ],
    [
      "Progressing when the attempt for an older generation has failed",
      [unready, old(failed)],
      "Progressing",
      "Issuing certificate as Secret does not exist",
    ],
    [
      "Healthy when a renewal has failed but it is still good",
      [ready, failed],
      "Healthy",
      "Certificate is up to date and has not expired",
    ],
    [
      "Progressing when ready is about an older generation",
      [old(ready)],
      "Progressing",
      "the condition Ready is about an older generation",
    ],
    ["Progressing until it is looked at", [], "Progressing", "waiting for the certificate to be issued"],
  ])("is %s", (_, conditions, health, message) => {
    const certificate = live("cert-manager.io/v1", "Certificate", {}, { observedGeneration: undefined, conditions });
    expect(assessCertificate(certificate)).toEqual({ status: health, message });
  });
});
