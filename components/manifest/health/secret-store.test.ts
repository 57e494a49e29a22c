import { describe, expect, it } from "@jest/globals";
import { condition, live } from "./live.fixture.ts";
import { assessSecretStore } from "./secret-store.ts";

describe("a SecretStore", () => {
  it.each([
    ["Healthy when valid", [condition("Ready", "True", "Valid", "store validated")], "Healthy", "store validated"],
    [
      "Progressing, not Degraded, when invalid",
      [condition("Ready", "False", "InvalidProviderConfig", "unable to get credentials")],
      "Progressing",
      "unable to get credentials",
    ],
    ["Progressing until it is looked at", [], "Progressing", "waiting for the store to be validated"],
  ])("is %s", (_, conditions, health, message) => {
    const store = live("external-secrets.io/v1", "SecretStore", {}, { observedGeneration: undefined, conditions });
    expect(assessSecretStore(store)).toEqual({ status: health, message });
  });
});
