import { describe, expect, it } from "@jest/globals";
import { condition, live, old } from "./live.fixture.ts";
import { assessRoute } from "./route.ts";

const accepted = condition("Accepted", "True", "Accepted", "Route is accepted");
const resolved = condition("ResolvedRefs", "True", "ResolvedRefs", "All references are resolved");
const parent = (name: string, ...conditions: readonly object[]) => ({ parentRef: { name }, conditions });

const rows: readonly (readonly [string, readonly object[], string, string])[] = [
  ["Healthy when accepted", [parent("web", accepted, resolved)], "Healthy", "the route is accepted"],
  ["Progressing without a status", [], "Progressing", "waiting for a gateway to accept the route"],
  [
    "Progressing, not Degraded, while a backend is missing",
    [parent("web", accepted, condition("ResolvedRefs", "False", "BackendNotFound", "Service qa/api not found"))],
    "Progressing",
    "parent web: Service qa/api not found",
  ],
  [
    "Progressing, not Degraded, while no listener takes it",
    [parent("web", condition("Accepted", "False", "NotAllowedByListeners", "no listener allows the namespace"))],
    "Progressing",
    "parent web: no listener allows the namespace",
  ],
  [
    "Progressing while pending",
    [parent("web", condition("Accepted", "Unknown", "Pending"))],
    "Progressing",
    "parent web: Pending",
  ],
  [
    "Degraded when its text can never be accepted",
    [parent("web", accepted), parent("mesh", condition("Accepted", "False", "IncompatibleFilters", "two redirects"))],
    "Degraded",
    "parent mesh: two redirects",
  ],
  [
    "Degraded when a part of it is left out",
    [parent("web", accepted, condition("PartiallyInvalid", "True", "UnsupportedValue", "Dropped Rule(s) 1"))],
    "Degraded",
    "parent web: Dropped Rule(s) 1",
  ],
  [
    "Progressing while the last good generation is served instead",
    [parent("web", old(accepted), resolved)],
    "Progressing",
    "parent web: the condition Accepted is about an older generation",
  ],
  [
    "Progressing while all that is said is about an older generation",
    [parent("web", old(accepted), old(resolved))],
    "Progressing",
    "parent web: the condition Accepted is about an older generation",
  ],
  [
    "Healthy whatever a controller said that is gone",
    [parent("gone", old(condition("Accepted", "False", "UnsupportedValue"))), parent("web", accepted, resolved)],
    "Healthy",
    "the route is accepted",
  ],
  [
    "Progressing while its only parent speaks of other things",
    [parent("web", condition("example.com/Audited", "True"))],
    "Progressing",
    "waiting for a gateway to accept the route",
  ],
];

describe("a route", () => {
  it.each(rows)("is %s", (_, parents, health, message) => {
    const spec = { parentRefs: [{ name: "web" }] };
    const route = live("gateway.networking.k8s.io/v1", "HTTPRoute", spec, { observedGeneration: undefined, parents });
    expect(assessRoute(route)).toEqual({ status: health, message });
  });

  it("is Healthy when it has no parent", () => {
    expect(assessRoute(live("gateway.networking.k8s.io/v1", "HTTPRoute", {}, {}))).toEqual({
      status: "Healthy",
      message: "the route has no parent",
    });
  });

  it.each([
    ["Accepted", "UnsupportedValue"],
    ["Accepted", "IncompatibleFilters"],
    ["ResolvedRefs", "InvalidKind"],
  ])("is Degraded when %s is refused as %s", (type, reason) => {
    const spec = { parentRefs: [{ name: "web" }] };
    const parents = [parent("web", condition(type, "False", reason))];
    expect(assessRoute(live("gateway.networking.k8s.io/v1", "HTTPRoute", spec, { parents }))).toEqual({
      status: "Degraded",
      message: `parent web: ${reason}`,
    });
  });
});
