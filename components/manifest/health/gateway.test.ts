import { describe, expect, it } from "@jest/globals";
import { assessGateway } from "./gateway.ts";
import { condition, live, old } from "./live.fixture.ts";

const accepted = condition("Accepted", "True", "Accepted", "The Gateway is accepted");
const programmed = condition("Programmed", "True", "Programmed", "The Gateway is programmed");
const resolved = condition("ResolvedRefs", "True", "ResolvedRefs");
// What the API server writes before any controller looks at it.
const untouched = ["Accepted", "Programmed"].map((type) =>
  condition(type, "Unknown", "Pending", "Waiting for controller"),
);
const listener = (...conditions: readonly object[]) => ({ name: "https", conditions });

const rows: readonly (readonly [string, readonly object[], readonly object[], string, string])[] = [
  [
    "Healthy when everything is",
    [accepted, programmed],
    [listener(accepted, resolved, programmed)],
    "Healthy",
    "the gateway is accepted",
  ],
  ["Progressing without a status", [], [], "Progressing", "waiting for a controller to accept the gateway"],
  ["Progressing until a controller looks at it", untouched, [], "Progressing", "Waiting for controller"],
  [
    "Progressing while it is programmed",
    [accepted, condition("Programmed", "False", "AddressNotAssigned", "No addresses have been assigned")],
    [],
    "Progressing",
    "No addresses have been assigned",
  ],
  [
    "Progressing, not Degraded, while the certificate of a listener is missing",
    [accepted, programmed],
    [listener(accepted, condition("ResolvedRefs", "False", "InvalidCertificateRef", "Secret qa/api-tls not found"))],
    "Progressing",
    "listener https: Secret qa/api-tls not found",
  ],
  [
    "Degraded when a listener can never be served",
    [condition("Accepted", "False", "ListenersNotValid", "invalid listeners"), programmed],
    [listener(condition("Accepted", "False", "UnsupportedProtocol", "UDP is not supported"))],
    "Degraded",
    "listener https: UDP is not supported",
  ],
  [
    "Progressing when the refusal is about an older generation",
    [old(condition("Accepted", "False", "UnsupportedAddress", "no such address"))],
    [],
    "Progressing",
    "the condition Accepted is about an older generation",
  ],
  [
    "Progressing when the approval of a listener is about an older generation",
    [accepted, programmed],
    [listener(accepted, old(programmed))],
    "Progressing",
    "listener https: the condition Programmed is about an older generation",
  ],
  [
    "Healthy whatever conditions of its controller say",
    [accepted, programmed, old(condition("networking.gke.io/GatewayHealthy", "False"))],
    [],
    "Healthy",
    "the gateway is accepted",
  ],
];

describe("a Gateway", () => {
  it.each(rows)("is %s", (_, conditions, listeners, health, message) => {
    const status = { observedGeneration: undefined, conditions, listeners };
    const gateway = live("gateway.networking.k8s.io/v1", "Gateway", {}, status);
    expect(assessGateway(gateway)).toEqual({ status: health, message });
  });

  it.each([
    ["Accepted", "UnsupportedAddress"],
    ["Accepted", "UnsupportedProtocol"],
    ["ResolvedRefs", "InvalidRouteKinds"],
  ])("is Degraded when %s is refused as %s", (type, reason) => {
    const conditions = [condition(type, "False", reason)];
    expect(assessGateway(live("gateway.networking.k8s.io/v1", "Gateway", {}, { conditions }))).toEqual({
      status: "Degraded",
      message: reason,
    });
  });
});
