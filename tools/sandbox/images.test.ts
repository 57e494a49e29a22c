import { describe, expect, it } from "@jest/globals";
import { parseReference } from "./images.mjs";

describe("parseReference", () => {
  it.each([
    ["my-org/api-service:v1.2.0", "my-org/api-service", "v1.2.0"],
    ["registry.example.com/my-org/api-service:qa-v1.0.1", "my-org/api-service", "qa-v1.0.1"],
    ["127.0.0.1:20001/my-org/api:latest", "my-org/api", "latest"],
    ["a/b__c/d:V_1.0-x", "a/b__c/d", "V_1.0-x"],
  ])("takes %s", (reference, repository, tag) =>
    expect(parseReference(reference, "127.0.0.1:20001")).toEqual({ repository, tag }),
  );

  it.each([
    "my-org/api",
    "my-org/Api:v1",
    "my-org/api:",
    "/api:v1",
    "my-org/api:v 1",
    "my-org/api:-v1",
    "docker.io:80/api:v1",
  ])("refuses %s and says what it expected", (reference) =>
    expect(() => parseReference(reference, "127.0.0.1:20001")).toThrow(/is no image to push: expected/),
  );
});
