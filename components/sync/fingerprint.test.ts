import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { update } from "../manifest/api-server.fixture.ts";
import type { Applied } from "../manifest/applied.ts";
import { recordApplied } from "../manifest/applied.ts";
import { isChangeable, key, OURS, pairs, rules } from "../manifest/drift.fixture.ts";
import { leavesOf, withValueAt } from "../manifest/fields.ts";
import type { Manifest } from "../manifest/object.ts";
import { fingerprintOf, fingerprintSeen } from "./fingerprint.ts";

const [ONE, TWO] = ["ConfigMap qa/one", "ConfigMap qa/two"] as const;
const PEOPLE = fc.constantFrom("kubectl-edit", "operator");

const recorded = (applied: Applied, texts: readonly string[] = [ONE]) =>
  fingerprintOf({ manifests: { [ONE]: "{}" }, applied: { [ONE]: applied } }, texts);
const seen = (live: Manifest) => fingerprintSeen([ONE], new Map([[ONE, live]]), rules);

describe("the fingerprint, for any manifest and answer", () => {
  it("is the same right after an apply, and with what controllers write beside our fields", () => {
    fc.assert(
      fc.property(pairs, ({ manifest, answer }) => {
        const expected = recorded(recordApplied(manifest, answer, OURS));
        expect(expected).toMatch(/^[0-9a-f]{32}$/);
        expect(seen(answer)).toBe(expected);
        const beside = withValueAt(answer, [{ field: "status" }], { phase: "Active" });
        expect(seen(update(answer, "operator", beside, "status"))).toBe(expected);
      }),
    );
  });

  it("is another one when a field of ours was changed, whoever changed it", () => {
    const changes = pairs.chain(({ manifest, answer }) => {
      const leaves = leavesOf(recordApplied(manifest, answer, OURS).fields).filter(isChangeable);
      return fc.record({
        manifest: fc.constant(manifest),
        answer: fc.constant(answer),
        path: fc.constantFrom(...leaves),
      });
    });
    fc.assert(
      fc.property(changes, PEOPLE, ({ manifest, answer, path }, who) => {
        const live = update(answer, who, withValueAt(answer, path, "changed by hand"));
        expect(seen(live)).not.toBe(recorded(recordApplied(manifest, answer, OURS)));
      }),
    );
  });

  it("is none where a person added a field, and another one for an object made anew", () => {
    fc.assert(
      fc.property(pairs, key, ({ manifest, answer }, name) => {
        const expected = recorded(recordApplied(manifest, answer, OURS));
        const path = [{ field: "metadata" }, { field: "annotations" }, { field: `added/${name}` }];
        expect(seen(update(answer, "kubectl-edit", withValueAt(answer, path, "x")))).toBeUndefined();
        expect(seen({ ...answer, metadata: { ...answer.metadata, uid: "another" } })).not.toBe(expected);
      }),
    );
  });
});

describe("fingerprintOf and fingerprintSeen", () => {
  const applied: Applied = { uid: "1", fieldsHash: "hash", fields: {}, values: {} };
  const live = (uid: string): Manifest => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      ...{ name: "one", uid },
      managedFields: [{ manager: OURS, operation: "Apply", apiVersion: "v1", fieldsV1: {} }],
    },
  });

  it("are none where there is more to compare than what they are made of", () => {
    expect(recorded(applied)).toBeDefined();
    expect(recorded({ ...applied, fieldsHash: "" })).toBeUndefined();
    expect(recorded({ ...applied, ignored: { rules: "r", left: {}, problems: [] } })).toBeUndefined();
    // An object that Git gave up and that is kept.
    expect(recorded(applied, [ONE, TWO])).toBeUndefined();
    expect(recorded(applied, [TWO])).toBeUndefined();
  });

  it("tell a missing object, one that we never applied, and two that changed places", () => {
    expect(fingerprintSeen([ONE], new Map(), rules)).toBeUndefined();
    const foreign = { ...live("1"), metadata: { name: "one", uid: "1", managedFields: [] } };
    expect(seen(foreign)).toBeUndefined();
    const pair = (first: string, second: string) =>
      fingerprintSeen(
        [ONE, TWO],
        new Map([
          [ONE, live(first)],
          [TWO, live(second)],
        ]),
        rules,
      );
    expect(pair("1", "2")).toBeDefined();
    expect(pair("1", "2")).not.toBe(pair("2", "1"));
  });
});
