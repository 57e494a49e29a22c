import { describe, expect, it } from "@jest/globals";

import { growthOf } from "./growth.ts";
import type { Report } from "./report.ts";

const run = (objects: number, seconds: number) =>
  ({
    options: { apps: objects / 10, objects, foreign: 0 },
    results: [{ scenario: "no-op", commands: [{ seconds, cpuSeconds: seconds }] }],
  }) as unknown as Report;

describe("growthOf", () => {
  it.each([
    ["is met up to a tenth more than there is more to do", 30, 33, true],
    ["is missed beyond that", 30, 33.1, false],
    ["allows a tenth where there is as much to do", 10, 11, true],
  ])("%s", (_, objects, seconds, met) => {
    const figures = growthOf(run(objects, seconds), run(10, 10));
    expect(figures.map((figure) => figure.met)).toEqual([met, met]);
  });

  it("leaves out what only one of the runs has measured", () => {
    expect(growthOf(run(30, 1), { ...run(10, 1), results: [] })).toEqual([]);
  });
});
