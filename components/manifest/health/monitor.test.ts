import { describe, expect, it } from "@jest/globals";
import { condition, live, old } from "./live.fixture.ts";
import { assessMonitor } from "./monitor.ts";

const binding = (...conditions: readonly object[]) => ({
  group: "monitoring.coreos.com",
  resource: "prometheuses",
  namespace: "monitoring",
  name: "main",
  conditions,
});
const rejected = condition("Accepted", "False", "InvalidConfiguration", "secret qa/scrape not found");

const rows: readonly (readonly [string, readonly object[], string, string])[] = [
  ["Healthy when accepted", [binding(condition("Accepted", "True"))], "Healthy", "the configuration is accepted"],
  [
    "Progressing when one does not accept it",
    [binding(condition("Accepted", "True")), binding(rejected)],
    "Progressing",
    "prometheuses monitoring/main: secret qa/scrape not found",
  ],
  [
    "Progressing when it is accepted for an older generation",
    [binding(old(condition("Accepted", "True")))],
    "Progressing",
    "prometheuses monitoring/main: the condition Accepted is about an older generation",
  ],
];

describe("a ServiceMonitor", () => {
  it.each(rows)("is %s", (_, bindings, health, message) => {
    const monitor = live("monitoring.coreos.com/v1", "ServiceMonitor", {}, { observedGeneration: undefined, bindings });
    expect(assessMonitor(monitor)).toEqual({ status: health, message });
  });

  it.each([[{}], [{ bindings: [] }], [{ bindings: [binding()] }]])("is not judged by the status %j", (status) => {
    expect(assessMonitor(live("monitoring.coreos.com/v1", "ServiceMonitor", {}, status))).toBeUndefined();
  });
});
