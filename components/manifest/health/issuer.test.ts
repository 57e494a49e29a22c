import { describe, expect, it } from "@jest/globals";
import { assessIssuer } from "./issuer.ts";
import { condition, live, old } from "./live.fixture.ts";

const registered = condition(
  "Ready",
  "True",
  "ACMEAccountRegistered",
  "The ACME account was registered with the ACME server",
);

describe("an Issuer", () => {
  it.each([
    ["Healthy when ready", [registered], "Healthy", "The ACME account was registered with the ACME server"],
    [
      "Progressing, not Degraded, without its key pair",
      [condition("Ready", "False", "ErrGetKeyPair", 'Error getting keypair for CA issuer: secret "ca" not found')],
      "Progressing",
      'Error getting keypair for CA issuer: secret "ca" not found',
    ],
    [
      "Progressing when ready is about an older generation",
      [old(registered)],
      "Progressing",
      "the condition Ready is about an older generation",
    ],
    ["Progressing until it is looked at", [], "Progressing", "waiting for the issuer to be set up"],
  ])("is %s", (_, conditions, health, message) => {
    const issuer = live("cert-manager.io/v1", "Issuer", {}, { observedGeneration: undefined, conditions });
    expect(assessIssuer(issuer)).toEqual({ status: health, message });
  });
});
