import { describe, expect, it } from "@jest/globals";

import { withoutUnknown } from "./known.ts";
import type { Manifest } from "./object.ts";

const metadata = { name: "web", namespace: "qa" };

function manifest(spec: unknown, more: Record<string, unknown> = {}): Manifest {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec, ...more };
}

describe("withoutUnknown", () => {
  it.each([
    ["an unknown field", { a: 1, b: 2 }, { a: 1 }, { a: 1 }],
    [
      "one in a list",
      { c: [{ n: "x", bad: 1 }, { n: "y" }] },
      { c: [{ n: "x" }, { n: "y" }] },
      { c: [{ n: "x" }, { n: "y" }] },
    ],
    ["no default", { a: 1 }, { a: 1, defaulted: true }, { a: 1 }],
    ["no other spelling of a value", { cpu: "1000m" }, { cpu: "1" }, { cpu: "1000m" }],
    ["no list of another length", { c: [1, 1] }, { c: [1] }, { c: [1, 1] }],
    ["a member called like one of the prototype", JSON.parse('{"constructor": 1}'), {}, {}],
  ])("takes out %s", (_, stated, accepted, expected) => {
    expect(withoutUnknown(manifest(stated), manifest(accepted))).toEqual(manifest(expected));
  });

  it("leaves metadata and takes out unknown top-level fields", () => {
    const accepted = { ...manifest({}), metadata: { name: "web-copy" } };
    expect(withoutUnknown(manifest({}, { extra: 1 }), accepted)).toEqual(manifest({}));
  });
});
