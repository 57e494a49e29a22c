import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { update } from "./api-server.fixture.ts";
import { recordApplied } from "./applied.ts";
import { findDrift, isSuspect } from "./drift.ts";
import { isChangeable, isRemovable, itemsOf, key, OURS, pairs, rules, scalar, word } from "./drift.fixture.ts";
import { formatPath, leavesOf, valueAt, withValueAt } from "./fields.ts";
import type { FieldPath } from "./fields.ts";
import type { Json } from "./object.ts";

const cases = pairs.chain(({ manifest, answer }) => {
  const leaves = leavesOf(recordApplied(manifest, answer, OURS).fields);
  return fc.record({
    manifest: fc.constant(manifest),
    answer: fc.constant(answer),
    removable: fc.constantFrom(...leaves.filter(isRemovable)),
    item: fc.constantFrom(...leaves.flatMap(itemsOf)),
    changeable: fc.constantFrom(...leaves.filter(isChangeable)),
    value: scalar.map((text) => `other ${String(text)}`),
  });
});

describe("findDrift, for any manifest and answer", () => {
  it("finds nothing right after an apply", () => {
    fc.assert(
      fc.property(pairs, ({ manifest, answer }) => {
        const applied = recordApplied(manifest, answer, OURS);
        const drift = findDrift(manifest, applied, answer, rules);
        expect(drift.changes).toEqual([]);
        expect(drift.shown).toBe(manifest);
        expect(isSuspect(answer, applied, rules)).toBe(false);
      }),
    );
  });

  it("finds exactly the owned field that was changed, whoever changed it", () => {
    fc.assert(
      fc.property(
        cases,
        fc.constantFrom("kubectl-edit", "operator"),
        ({ manifest, answer, changeable, value }, who) => {
          const applied = recordApplied(manifest, answer, OURS);
          const live = update(answer, who, withValueAt(answer, changeable, value));
          const drift = findDrift(manifest, applied, live, rules);
          const desired = valueAt(manifest, changeable);
          expect(drift.changes).toEqual([{ path: formatPath(changeable), live: value, desired, by: who }]);
          expect(drift.shown).toEqual(withValueAt(manifest, changeable, value));
          expect(isSuspect(live, applied, rules)).toBe(true);
        },
      ),
    );
  });

  it("finds exactly the owned field that was removed", () => {
    fc.assert(
      fc.property(cases, ({ manifest, answer, removable: leaf }) => {
        const applied = recordApplied(manifest, answer, OURS);
        const live = update(answer, "kubectl-edit", withValueAt(answer, leaf, undefined));
        const { changes, shown } = findDrift(manifest, applied, live, rules);
        expect(changes).toEqual([{ path: formatPath(leaf), live: undefined, desired: valueAt(manifest, leaf) }]);
        expect(shown).toEqual(withValueAt(manifest, leaf, undefined));
        expect(isSuspect(live, applied, rules)).toBe(true);
      }),
    );
  });

  it("finds a removed list item as one change", () => {
    fc.assert(
      fc.property(cases, ({ manifest, answer, item }) => {
        const applied = recordApplied(manifest, answer, OURS);
        const live = update(answer, "kubectl-edit", withValueAt(answer, item, undefined));
        const { changes, shown } = findDrift(manifest, applied, live, rules);
        expect(changes).toEqual([{ path: formatPath(item), live: undefined, desired: valueAt(manifest, item) }]);
        expect(shown).toEqual(withValueAt(manifest, item, undefined));
      }),
    );
  });

  it("shows what a person adds, and nothing of what a controller adds", () => {
    const added: fc.Arbitrary<readonly [FieldPath, Json]> = fc.oneof(
      key.map((name) => [[{ field: "spec" }, { field: "extra" }, { field: name }], "x"] as const),
      key.map((name) => [[{ field: "metadata" }, { field: "annotations" }, { field: `new/${name}` }], "x"] as const),
      word.map(
        (name) =>
          [
            [{ field: "spec" }, { field: "containers" }, { key: { name: `new-${name}` } }],
            { name: `new-${name}`, image: "x" },
          ] as const,
      ),
    );
    fc.assert(
      fc.property(pairs, added, ({ manifest, answer }, [path, value]) => {
        const applied = recordApplied(manifest, answer, OURS);
        const next = withValueAt(answer, path, value);
        const drift = findDrift(manifest, applied, update(answer, "kubectl-edit", next), rules);
        expect(drift.changes).toEqual([
          { path: formatPath(path), live: value, desired: undefined, by: "kubectl-edit" },
        ]);
        expect(drift.shown).toEqual(withValueAt(manifest, path, value));
        expect(findDrift(manifest, applied, update(answer, "operator", next), rules).shown).toBe(manifest);
      }),
    );
  });
});
