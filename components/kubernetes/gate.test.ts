import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { createGate } from "./gate.ts";

describe("the gate", () => {
  it("never lets more through than its limit, and lets everybody through in the end, whoever fails", async () => {
    const works = fc.array(fc.record({ turns: fc.integer({ min: 1, max: 5 }), fails: fc.boolean() }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), works, async (limit, items) => {
        const gate = createGate(limit);
        let running = 0;
        let most = 0;
        const results = await Promise.allSettled(
          items.map(({ turns, fails }) =>
            gate(async () => {
              most = Math.max(most, ++running);
              for (let turn = 0; turn < turns; turn++) await Promise.resolve();
              running--;
              if (fails) throw new Error("failed");
            }),
          ),
        );
        expect(most).toBe(Math.min(limit, items.length));
        expect(results.map(({ status }) => status === "rejected")).toEqual(items.map(({ fails }) => fails));
      }),
    );
  });

  it("keeps the order in which they came", async () => {
    const gate = createGate(1);
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4].map((number) => gate(() => Promise.resolve(order.push(number)))));
    expect(order).toEqual([1, 2, 3, 4]);
  });
});
