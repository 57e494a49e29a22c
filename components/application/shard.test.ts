import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { shardOf, shardsOf } from "./shard.ts";

const NAMES = Array.from({ length: 1000 }, (_, index) => `service-${index}`);
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 12 });
const counts = fc.integer({ min: 1, max: 12 });

function alone(...list: readonly string[]) {
  return list.map((name) => ({ name }));
}

describe("the shard of a name", () => {
  it("is the same on every machine and in every version", () => {
    expect(["a", "b", "payments", "search"].map((name) => shardOf(name, 4))).toEqual([4, 4, 1, 2]);
  });

  it("is exactly one of those there are", () => {
    fc.assert(
      fc.property(names, counts, (list, count) => {
        const shards = shardsOf(alone(...list), count);
        expect([...shards.keys()]).toEqual(list);
        for (const shard of shards.values()) {
          expect(shard).toBeGreaterThanOrEqual(1);
          expect(shard).toBeLessThanOrEqual(count);
        }
      }),
    );
  });

  it("stays, or is the new one, when one more shard is added", () => {
    fc.assert(
      fc.property(fc.string(), counts, (name, count) => {
        expect([shardOf(name, count), count + 1]).toContain(shardOf(name, count + 1));
      }),
    );
  });

  it.each([2, 3, 4, 8])(
    "holds about as many names as each other one of %d, and of one more as few move as must",
    (count) => {
      const shards = Map.groupBy(NAMES, (name) => shardOf(name, count));
      expect(shards.size).toBe(count);
      for (const members of shards.values()) {
        expect(members.length).toBeGreaterThan((NAMES.length / count) * 0.7);
        expect(members.length).toBeLessThan((NAMES.length / count) * 1.3);
      }
      const moved = NAMES.filter((name) => shardOf(name, count) !== shardOf(name, count + 1)).length;
      expect(moved).toBeLessThan((NAMES.length / (count + 1)) * 1.3);
    },
  );
});

describe("Applications that depend on each other", () => {
  const edges = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 12 });

  it("are in one shard, whichever way and over however many others they are connected", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"), { minLength: 1 }),
        edges,
        counts,
        (list, pairs, count) => {
          const at = (index: number) => list[index % list.length] ?? "";
          const applications = list.map((name) => ({
            name,
            dependencies: { names: pairs.flatMap(([from, to]) => (at(from) === name ? [at(to)] : [])) },
          }));
          const shards = shardsOf(applications, count);
          expect(shards.size).toBe(list.length);
          for (const [from, to] of pairs) expect(shards.get(at(from))).toBe(shards.get(at(to)));
        },
      ),
    );
  });

  it("do not depend on the order in which they are read, nor on names that nobody has", () => {
    const applications = [
      { name: "web", dependencies: { names: ["queue"] } },
      { name: "queue", dependencies: { names: ["nobody"] } },
      { name: "alone" },
    ];
    const shards = (list: typeof applications) => Object.fromEntries(shardsOf(list, 7));
    expect(shards(applications.toReversed())).toEqual(shards(applications));
    expect(shards(applications)["web"]).toBe(shardOf("queue", 7));
  });
});
