import { describe, expect, it } from "@jest/globals";

import { createGate } from "./gate.ts";

describe("createGate", () => {
  it("lets in as many as there is room for, in order, also after a failure", async () => {
    const gate = createGate({ concurrency: 2, perSecond: undefined, now: () => 0, wait: () => Promise.resolve() });
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const task = (index: number) => async () => {
      begun.push(index);
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      if (index === 1) throw new Error("one of them fails");
      return index;
    };
    const results = await Promise.allSettled([0, 1, 2, 3, 4].map((index) => gate(task(index))));
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
      "fulfilled",
    ]);
  });

  it("spaces the beginnings out when there is a limit per second", async () => {
    let time = 1000;
    const begun: number[] = [];
    const wait = (milliseconds: number) => {
      time += milliseconds;
      return Promise.resolve();
    };
    const gate = createGate({ concurrency: 1, perSecond: 4, now: () => time, wait });
    const task = () => {
      begun.push(time);
      return Promise.resolve();
    };
    await Promise.all([gate(task), gate(task), gate(task)]);
    time += 5000;
    await gate(task);
    expect(begun).toEqual([1000, 1250, 1500, 6500]);
  });
});
