import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";

import { openStages } from "./stages.ts";

describe("the stages of a piece of work", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it("are told when they go on for a second", () => {
    const told: string[] = [];
    const stages = openStages((stage) => told.push(stage));
    stages.begin("resolving main");
    jest.advanceTimersByTime(999);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(told).toEqual(["resolving main"]);
  });

  it("are not told when the next one begins or the work ends before that", () => {
    const told: string[] = [];
    const stages = openStages((stage) => told.push(stage));
    stages.begin("resolving main");
    jest.advanceTimersByTime(500);
    stages.begin("rendering k8s");
    jest.advanceTimersByTime(999);
    stages.end();
    jest.advanceTimersByTime(10_000);
    expect(told).toEqual([]);
  });
});
