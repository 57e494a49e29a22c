import { describe, expect, it } from "@jest/globals";
import { assessIngress } from "./ingress.ts";
import { live } from "./live.fixture.ts";

describe("an Ingress", () => {
  it.each([
    ["Progressing until its controller publishes an address", { loadBalancer: { ingress: [] } }, "Progressing"],
    ["Healthy when it has", { loadBalancer: { ingress: [{ hostname: "lb.example.com" }] } }, "Healthy"],
  ])("is %s", (_, status, health) => {
    expect(assessIngress(live("networking.k8s.io/v1", "Ingress", {}, status)).status).toBe(health);
  });
});
