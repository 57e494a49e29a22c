import { describe, expect, it } from "@jest/globals";
import { live } from "./live.fixture.ts";
import { assessService } from "./service.ts";

describe("a Service", () => {
  it.each([
    ["Healthy when it needs no load balancer", "ClusterIP", {}, "Healthy", ""],
    [
      "Progressing until the load balancer has an address",
      "LoadBalancer",
      { loadBalancer: {} },
      "Progressing",
      "waiting for the address of the load balancer",
    ],
    [
      "Healthy when it has",
      "LoadBalancer",
      { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
      "Healthy",
      "the load balancer has an address",
    ],
  ])("is %s", (_, type, status, health, message) => {
    expect(assessService(live("v1", "Service", { type }, status))).toEqual({ status: health, message });
  });
});
