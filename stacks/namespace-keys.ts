import { isDnsLabel } from "../components/application/names.ts";
import type { PlatformArgs } from "../components/index.ts";
import type { Place } from "./decode.ts";
import { mapOf, oneOf, record, text } from "./decode.ts";

type Namespaces = PlatformArgs["namespaces"];

const NAMESPACE = record<Namespaces[string]>({
  podSecurity: oneOf("privileged", "baseline", "restricted"),
  quota: mapOf(text("a resource such as requests.cpu"), decodeAmount),
  networkPolicy: oneOf("none", "deny-ingress", "deny-all"),
});

/** Namespaces that the stack makes. */
export const decodeNamespaces = mapOf(text("the name of a namespace", isDnsLabel), NAMESPACE);

/** `pods: 50` is a number in YAML, and a quantity is text. */
function decodeAmount(value: unknown, place: Place): string | undefined {
  return AMOUNT(typeof value === "number" ? String(value) : value, place);
}

/** Source: Kubernetes API, Quantity. */
const AMOUNT = text('an amount such as "20" or "64Gi"', (value) =>
  /^\d+(?:\.\d+)?(?:[numkMGTPE]|[KMGTPE]i)?$/.test(value),
);
