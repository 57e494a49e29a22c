import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { objection, opinionsIn } from "./acceptance.ts";
import { readList, readText } from "./reading.ts";
import { healthy, isOutdated, progressing } from "./results.ts";

// What only another specification can mend.
const FINAL = new Set(["UnsupportedValue", "IncompatibleFilters", "InvalidKind"]);

/**
 * HTTPRoute, GRPCRoute and the other routes of Gateway API. Argo CD: gateway.networking.k8s.io/HTTPRoute/health.lua, but a backend,
 * gateway or permission that is not there is Progressing: it may come with the same sync.
 */
export function assessRoute(route: Manifest): Health {
  if (readList(route, "spec", "parentRefs").length === 0) return healthy("the route has no parent");
  const parents = opinionsIn(route, "parents", (parent) => `parent ${readText(parent, "parentRef", "name")}`);
  // A controller that is gone leaves its last word behind for ever, so it counts only while there is no newer one.
  const current = parents.filter(({ conditions }) => !conditions.every((condition) => isOutdated(route, condition)));
  const heard = current.length > 0 ? current : parents;
  if (heard.length === 0) return progressing("waiting for a gateway to accept the route");
  return objection(route, heard, FINAL) ?? healthy("the route is accepted");
}
