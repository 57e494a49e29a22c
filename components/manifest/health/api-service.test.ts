import { describe, expect, it } from "@jest/globals";
import { assessApiService } from "./api-service.ts";
import { condition, live } from "./live.fixture.ts";

describe("an APIService", () => {
  it.each([
    [
      "Healthy when available",
      [condition("Available", "True", "Passed", "all checks passed")],
      "Healthy",
      "all checks passed",
    ],
    [
      "Progressing when not",
      [condition("Available", "False", "MissingEndpoints", "no endpoints")],
      "Progressing",
      "no endpoints",
    ],
    ["Progressing without conditions", [], "Progressing", "waiting for the API to be available"],
  ])("is %s", (_, conditions, health, message) => {
    const service = live("apiregistration.k8s.io/v1", "APIService", {}, { conditions });
    expect(assessApiService(service)).toEqual({ status: health, message });
  });
});
