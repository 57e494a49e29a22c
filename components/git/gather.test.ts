import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { createGathering, togetherOrAlone } from "./gather.ts";

/** Work that ends when it is told to. */
function stage() {
  const calls: { readonly items: readonly number[]; readonly end: (error?: Error) => void }[] = [];
  const ask = createGathering<number, string>(
    (items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(items.map((item) => `result of ${item}`)));
        calls.push({ items, end });
      }),
  );
  return { ask, calls };
}

/** Lets everything run that can. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("createGathering", () => {
  it("puts what is asked for at once into one call, and what comes meanwhile into the next", async () => {
    const { ask, calls } = stage();
    const answers = [1, 2].map(ask);
    await settled();
    answers.push(ask(3), ask(4));
    expect(calls.map(({ items }) => items)).toEqual([[1, 2]]);
    calls[0]?.end();
    await settled();
    expect(calls.map(({ items }) => items)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    calls[1]?.end();
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4].map((item) => `result of ${item}`));
  });

  it("begins again after a pause", async () => {
    const { ask, calls } = stage();
    for (const item of [1, 2]) {
      const answer = ask(item);
      await settled();
      calls.at(-1)?.end();
      expect(await answer).toBe(`result of ${item}`);
    }
  });

  it("fails only those of one call, and goes on with the others", async () => {
    const { ask, calls } = stage();
    const first = ask(1).catch(String);
    await settled();
    const second = ask(2);
    calls[0]?.end(new Error("broken"));
    expect(await first).toBe("Error: broken");
    calls[1]?.end();
    expect(await second).toBe("result of 2");
  });

  it("hands on what a single result comes to", async () => {
    const ask = createGathering<number, number>((items) =>
      Promise.resolve(items.map((item) => (item === 2 ? Promise.reject(new Error("two")) : item))),
    );
    const answers = await Promise.allSettled([1, 2, 3].map(ask));
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("answers each with its own result, whenever they come", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(fc.nat(), { maxLength: 30 }), async (scheduler, items) => {
        const ask = createGathering<number, number>((some) =>
          scheduler.schedule(Promise.resolve(some.map((item) => 2 * item))),
        );
        const answers = items.map((item) => scheduler.schedule(Promise.resolve()).then(() => ask(item)));
        await scheduler.waitFor(Promise.all(answers));
        expect(await Promise.all(answers)).toEqual(items.map((item) => 2 * item));
      }),
    );
  });
});

describe("togetherOrAlone", () => {
  const alone = (item: number) => (item < 0 ? Promise.reject(new Error(`${item}`)) : Promise.resolve(item));
  const together = (items: readonly number[]) => Promise.all(items.map(alone));
  const ask = () => createGathering<number, number>((items) => togetherOrAlone(items, together, alone));

  it("tells each item its own failure only", async () => {
    const found = await Promise.allSettled([1, -2, 3].map(ask()));
    expect(found).toMatchObject([{ value: 1 }, { reason: { message: "-2" } }, { value: 3 }]);
  });

  it("lets gather what is asked for while a single item is worked on", async () => {
    const calls: (readonly number[])[] = [];
    const { promise: first, resolve: end } = Promise.withResolvers<number>();
    const one = createGathering<number, number>((items) => {
      calls.push(items);
      return togetherOrAlone(items, together, (item) => (item === 1 ? first : alone(item)));
    });
    const asked: Promise<number>[] = [];
    for (const item of [1, 2, 3]) {
      asked.push(one(item));
      await new Promise(setImmediate);
    }
    end(1);
    expect(await Promise.all(asked)).toEqual([1, 2, 3]);
    expect(calls).toEqual([[1], [2, 3]]);
  });
});
