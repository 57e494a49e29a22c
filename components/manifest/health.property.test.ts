import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { assess, hasHealth } from "./health.ts";
import { RULES } from "./health/kinds.ts";
import { canonicalJson } from "./json.ts";
import type { Manifest } from "./object.ts";
import { refOf } from "./object.ts";

const STATUSES = ["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"];

// Names and values that rules look at, so that nonsense reaches every branch, and some that break naive reading.
const name = fc.constantFrom(
  ...["conditions", "type", "status", "reason", "message", "observedGeneration", "phase", "replicas", "paused"],
  ...["parents", "parentRefs", "listeners", "bindings", "domainStatus", "containerStatuses", "state", "waiting"],
  ...["suspend", "refreshInterval", "syncedResourceVersion", "certificateStatus", "loadBalancer", "ingress"],
  ...["__proto__", "toString", "constructor", "0"],
);
const text = fc.constantFrom("Ready", "Available", "Accepted", "Issuing", "True", "False", "Failed", "2-x", "a\nb", "");
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
const { json } = fc.letrec((tie) => ({
  json: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie("list"), tie("members")),
  list: fc.array(tie("json"), { maxLength: 3 }),
  members: fc.dictionary(name, tie("json"), { maxKeys: 4 }),
}));

const known = [...RULES].map(([key, { versions }]): readonly [string, string] => {
  const [group = "", kind = ""] = key.split("/");
  const version = versions?.[0] ?? "v1";
  return [group === "" ? version : `${group}/${version}`, kind];
});
const type = fc.constantFrom(...known, ["example.com/v1", "Widget"] as const, ["v1", "ConfigMap"] as const);
const metadata = fc.record(
  { name: fc.constant("api"), generation: json, annotations: json, finalizers: json, labels: json },
  { requiredKeys: ["name"] },
);
const objects = fc
  .record({ type, metadata, spec: json, status: json })
  .map(({ type: [apiVersion, kind], ...rest }) => ({ apiVersion, kind, ...rest }) as unknown as Manifest);

describe("assess", () => {
  it("never throws, and answers with a status and one line", () => {
    fc.assert(
      fc.property(objects, (object) => {
        const health = assess(object) ?? { status: "Healthy", message: "" };
        expect(STATUSES).toContain(health.status);
        expect(health.message).not.toMatch(/[\r\n]/);
      }),
      { numRuns: 2000 },
    );
  });

  it("depends on the object alone, and leaves it as it is", () => {
    fc.assert(
      fc.property(objects, (object) => {
        const before = canonicalJson(object);
        const copy = structuredClone(object);
        expect(assess(object)).toEqual(assess(copy));
        expect(canonicalJson(object)).toBe(before);
      }),
    );
  });

  it("has an opinion only where hasHealth says that it may", () => {
    fc.assert(
      fc.property(objects, (object) => {
        if (assess(object) !== undefined) expect(hasHealth(refOf(object))).toBe(true);
      }),
    );
  });

  it("calls everything that is being deleted Progressing", () => {
    fc.assert(
      fc.property(objects, (object) => {
        const deleted = { ...object, metadata: { ...object.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
        const health = assess(deleted);
        expect(health?.status).toBe("Progressing");
        expect(health?.message).toMatch(/^is being deleted/);
      }),
    );
  });
});
