import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { objection, opinionOn, opinionsIn } from "./acceptance.ts";
import { readText } from "./reading.ts";
import { healthy, progressing } from "./results.ts";

// What only another specification can mend.
const FINAL = new Set(["UnsupportedAddress", "UnsupportedProtocol", "InvalidRouteKinds"]);

/**
 * Gateway. Argo CD: gateway.networking.k8s.io/Gateway/health.lua, but a reference that does not resolve is Progressing: the Secret of a
 * listener is often issued after its Gateway.
 */
export function assessGateway(gateway: Manifest): Health {
  const listeners = opinionsIn(gateway, "listeners", (listener) => `listener ${readText(listener, "name")}`);
  const opinions = [...opinionOn(gateway), ...listeners];
  if (opinions.length === 0) return progressing("waiting for a controller to accept the gateway");
  return objection(gateway, opinions, FINAL) ?? healthy("the gateway is accepted");
}
