import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { createProof } from "./proof.ts";

const IMAGE = "registry.example.com/api";
const [A, B] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
const NOW = Date.parse("2024-02-01T12:00:00Z");

function proofOf(applications: unknown, healthyForMs = 30 * 60_000) {
  return createProof({ applications, source: "stack qa", healthyForMs, now: NOW });
}

function ran(...runs: readonly object[]) {
  return { api: { schema: 1, healthy: { [IMAGE]: runs } } };
}

describe("a proof by another environment", () => {
  it.each([
    ["the same tag long enough", { tag: "v1.0.7", since: "2024-02-01T11:30:00Z" }, undefined],
    [
      "the same tag not long enough",
      { tag: "v1.0.7", since: "2024-02-01T11:30:01Z" },
      "is not proven: it ran healthy in stack qa for 29m, 30m are asked for",
    ],
    [
      "the same version under another name",
      { tag: "qa-v1.0.7", version: "v1.0.7", since: "2024-01-01T00:00:00Z" },
      undefined,
    ],
    ["the same version spelt otherwise", { tag: "1.0.7", since: "2024-01-01T00:00:00Z" }, undefined],
    ["in the past", { tag: "v1.0.7", since: "2024-01-01T00:00:00Z", until: "2024-01-01T00:30:00Z" }, undefined],
    [
      "in the past, but not long enough",
      { tag: "v1.0.7", since: "2024-01-01T00:00:00Z", until: "2024-01-01T00:00:40Z" },
      "is not proven: it ran healthy in stack qa for 40s, 30m are asked for",
    ],
    [
      "another version",
      { tag: "v1.0.8", since: "2024-01-01T00:00:00Z" },
      "is not proven: stack qa has not run it healthy",
    ],
    [
      "a pre-release",
      { tag: "v1.0.7-rc.1", since: "2024-01-01T00:00:00Z" },
      "is not proven: stack qa has not run it healthy",
    ],
    ["no moment", { tag: "v1.0.7", since: "long ago" }, "is not proven: stack qa has not run it healthy"],
    [
      "the future",
      { tag: "v1.0.7", since: "2024-03-01T00:00:00Z" },
      "is not proven: it ran healthy in stack qa for 0s, 30m are asked for",
    ],
  ])("is given by %s, or says why not", (_, run, expected) => {
    expect(proofOf(ran(run)).objection(IMAGE, "v1.0.7", "v1.0.7")).toBe(expected);
  });

  it("wants the same digest where both sides know one", () => {
    const proof = proofOf(ran({ tag: `latest@${A}`, since: "2024-01-01T00:00:00Z" }));
    expect(proof.objection(IMAGE, "latest", "latest", A)).toBeUndefined();
    expect(proof.objection(IMAGE, "latest", "latest", B)).toBe("is not proven: stack qa has not run it healthy");
    expect(proof.objection(IMAGE, "latest", "latest")).toBeUndefined();
  });

  it("does not add up runs that were too short", () => {
    const run = (day: number) => ({
      tag: "v1",
      since: `2024-01-0${day}T00:00:00Z`,
      until: `2024-01-0${day}T00:20:00Z`,
    });
    expect(proofOf(ran(run(1), run(2))).objection(IMAGE, "v1", "v1")).toMatch(/for 20m, 30m/);
  });

  it("knows nothing of another image", () => {
    const proof = proofOf(ran({ tag: "v1", since: "2024-01-01T00:00:00Z" }));
    expect(proof.objection("registry.example.com/other", "v1", "v1")).toMatch(/has not run it healthy/);
    expect(proof.objection("constructor", "v1", "v1")).toMatch(/has not run it healthy/);
  });

  it.each([undefined, null, "", 7, []])("is given for nothing by the output %j", (output) => {
    expect(proofOf(output).objection(IMAGE, "v1", "v1")).toBe(
      "is not proven: stack qa says nothing of its applications",
    );
  });

  it("is never given by an output of another form, whatever it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const all = [value, { api: value }, { api: { healthy: value } }, ran(value as object)];
        return all.every((output) => proofOf(output).objection(IMAGE, "v1.0.7", "v1.0.7") !== undefined);
      }),
    );
  });
});
