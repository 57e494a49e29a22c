import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { answerTo, update } from "./api-server.fixture.ts";
import { recordApplied } from "./applied.ts";
import { absorbPersons, findDrift, isSuspect } from "./drift.ts";
import { isChangeable, OURS, pairs, rules, scalar } from "./drift.fixture.ts";
import { formatPath, leavesOf, valueAt, withValueAt } from "./fields.ts";
import type { FieldPath } from "./fields.ts";
import { findIgnored, ignoring } from "./ignored.ts";
import type { Step } from "./locate.ts";
import type { Json, Manifest } from "./object.ts";

/** The rules of JSON pointers, which mean the same positions in both documents. */
function pointing(steps: readonly (readonly Step[])[], manifest: Manifest, live: Manifest) {
  return ignoring(rules, findIgnored(manifest, live, { live: steps, desired: steps }, rules));
}

function stepsOf(document: Manifest, path: FieldPath): readonly Step[] {
  return path.map((element, index) => {
    if ("field" in element) return element.field;
    const list = valueAt(document, path.slice(0, index)) as readonly Json[];
    return String(list.indexOf(valueAt(document, path.slice(0, index + 1))!));
  });
}

/** Manifests are stamped, so these two are never empty; the stamps in them cannot be ignored. */
const STAMPED = ["metadata.labels", "metadata.annotations"];

const cases = pairs.chain(({ manifest, answer }) => {
  const all = leavesOf(recordApplied(manifest, answer, OURS).fields);
  const leaves = all.filter((leaf) => isChangeable(leaf) && !STAMPED.includes(formatPath(leaf)));
  return fc.record({
    manifest: fc.constant(manifest),
    answer: fc.constant(answer),
    leaves: fc.shuffledSubarray([...leaves], { minLength: Math.min(2, leaves.length), maxLength: 5 }),
    values: fc.array(fc.option(scalar.map((value) => `other ${String(value)}`)), { minLength: 5, maxLength: 5 }),
    who: fc.constantFrom("kubectl-edit", "operator"),
  });
});

describe("findDrift, with ignored fields", () => {
  it("finds nothing in them, whatever their live value and whoever set it", () => {
    fc.assert(
      fc.property(cases, ({ manifest, answer, leaves, values, who }) => {
        const applied = recordApplied(manifest, answer, OURS);
        const next = leaves.reduce(
          (object, leaf, index) => withValueAt(object, leaf, values[index] ?? undefined),
          answer,
        );
        const live = update(answer, who, next);
        const own = pointing(
          leaves.map((leaf) => stepsOf(manifest, leaf)),
          manifest,
          live,
        );
        const drift = findDrift(manifest, applied, live, own);
        expect(drift.changes).toEqual([]);
        expect(drift.shown).toEqual(manifest);
        // A map that a removal leaves empty is the person's: looked at once more, and found to be no drift.
        const isRemoval = leaves.some((_, index) => values[index] === null);
        expect(isRemoval || !isSuspect(live, applied, own)).toBe(true);
      }),
    );
  });

  it("still finds every other field that was changed, and only that", () => {
    fc.assert(
      fc.property(cases, ({ manifest, answer, leaves: [changed, ...ignored], values, who }) => {
        fc.pre(changed !== undefined);
        const applied = recordApplied(manifest, answer, OURS);
        const places = [changed, ...ignored];
        const next = places.reduce((object, leaf, i) => withValueAt(object, leaf, values[i] ?? "other"), answer);
        const live = update(answer, who, next);
        const own = pointing(
          ignored.map((leaf) => stepsOf(manifest, leaf)),
          manifest,
          live,
        );
        const { changes, shown } = findDrift(manifest, applied, live, own);
        expect(changes.map(({ path }) => path)).toEqual([formatPath(changed)]);
        expect(shown).toEqual(withValueAt(manifest, changed, valueAt(live, changed)));
        expect(isSuspect(live, applied, own)).toBe(true);
      }),
    );
  });

  it("ignores part of a value that is owned as a whole, and shows the rest with Git's part", () => {
    const selector = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.stringMatching(/^[a-z]{1,3}$/), {
      minKeys: 2,
    });
    fc.assert(
      fc.property(pairs, selector, fc.boolean(), ({ manifest, answer: { metadata } }, labels, alsoOther) => {
        const at: FieldPath = [{ field: "spec" }, { field: "nodeSelector" }];
        const [ignored = "", other = ""] = Object.keys(labels);
        const desired = withValueAt(manifest, at, labels);
        const answer = answerTo(desired, { ...desired, metadata: { ...metadata, managedFields: [] } }, OURS);
        const applied = recordApplied(desired, answer, OURS);
        const theirs = { ...labels, [ignored]: "theirs", ...(alsoOther ? { [other]: "changed" } : {}) };
        const live = update(answer, "kubectl-edit", withValueAt(answer, at, theirs));
        const own = pointing([["spec", "nodeSelector", ignored]], desired, live);
        const { changes, shown } = findDrift(desired, applied, live, own);
        expect(changes.map(({ path }) => path)).toEqual(alsoOther ? ["spec.nodeSelector"] : []);
        expect(shown).toEqual(alsoOther ? withValueAt(desired, at, { ...labels, [other]: "changed" }) : desired);
      }),
    );
  });

  it("compares again what was left to others and is not ignored any more", () => {
    const manifest: Manifest = {
      ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one", namespace: "qa" } },
      data: { color: "blue", size: "m" },
    };
    const stated = { ...manifest, data: { size: "m" } };
    const answer = answerTo(stated, { ...manifest, data: { color: "red", size: "m" } }, OURS);
    const left = { "f:data": { "f:color": {} } };
    const applied = { ...recordApplied(manifest, answer, OURS), ignored: { rules: "r", left, problems: [] } };
    const steps = [["data", "color"]];
    expect(findDrift(manifest, applied, answer, pointing(steps, manifest, answer)).changes).toEqual([]);
    expect(findDrift(manifest, applied, answer, pointing([], manifest, answer)).changes).toEqual([
      { path: "data.color", live: "red", desired: "blue" },
    ]);
  });
});

describe("absorbPersons, with ignored fields", () => {
  const item: FieldPath = [{ field: "spec" }, { field: "containers" }, { key: { name: "added" } }];

  function adding(answer: Manifest) {
    return update(answer, "kubectl-edit", withValueAt(answer, item, { name: "added", image: "x" }));
  }

  it("leaves them with the person", () => {
    fc.assert(
      fc.property(pairs, ({ manifest, answer }) => {
        const live = update(answer, "kubectl-edit", withValueAt(answer, [{ field: "spec" }, { field: "x" }], "y"));
        expect(absorbPersons(live, rules)).toBeDefined();
        expect(absorbPersons(live, pointing([["spec", "x"]], manifest, live))).toBeUndefined();
      }),
    );
  });

  it("takes an added item as a whole although a field in it would be ignored, but not an ignored item", () => {
    fc.assert(
      fc.property(pairs, ({ manifest, answer }) => {
        const live = adding(answer);
        const at = stepsOf(live, item);
        const taken = absorbPersons(live, pointing([[...at, "image"]], manifest, live)) ?? [];
        expect(taken.some(({ manager }) => manager === "kubectl-edit")).toBe(false);
        expect(absorbPersons(live, pointing([at], manifest, live))).toBeUndefined();
      }),
    );
  });
});
