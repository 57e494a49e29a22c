import { describe, expect, it } from "@jest/globals";

import { GitOpsError } from "../error.ts";
import { withRetry } from "./retry.ts";

const retry = { limit: 7, backoff: { durationMs: 5000, factor: 2, maxDurationMs: 180_000 } };
const busy = new GitOpsError("apply Service qa/web: 503", { code: "Unavailable", retryable: true });

function harness(failures: number, error = busy) {
  const waits: number[] = [];
  const told: string[] = [];
  let attempts = 0;
  const work = () => (attempts++ < failures ? Promise.reject(error) : Promise.resolve("done"));
  const pause = (ms: number) => Promise.resolve(waits.push(ms));
  const run = (policy = retry) => withRetry(work, { retry: policy, pause, onRetry: (sentence) => told.push(sentence) });
  return { run, waits, told, attempts: () => attempts };
}

describe("retry", () => {
  it("waits 5, 10, 20 s and so on, at most 3 min, while the failure may pass", async () => {
    const { run, waits } = harness(7);
    await expect(run()).resolves.toBe("done");
    expect(waits).toEqual([5000, 10_000, 20_000, 40_000, 80_000, 160_000, 180_000]);
  });

  it("gives up after the limit, and says so with the waits and the last error", async () => {
    const { run, waits, attempts } = harness(99);
    const error = await run({ ...retry, limit: 2 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message: "gave up after 3 attempts, with waits of 5, 10 s: apply Service qa/web: 503",
      ...{ code: "Unavailable", retryable: true, cause: busy },
    });
    expect(waits).toEqual([5000, 10_000]);
    expect(attempts()).toBe(3);
  });

  it("does not list more waits than one reads", async () => {
    const { run } = harness(99);
    await expect(run({ ...retry, limit: 9 })).rejects.toThrow(
      "after 10 attempts, with waits of 5, 10, 20, 40, 80, …, 180 s:",
    );
  });

  it("tries once with the limit zero, and speaks of no attempts then", async () => {
    const { run, waits } = harness(1);
    await expect(run({ ...retry, limit: 0 })).rejects.toBe(busy);
    expect(waits).toEqual([]);
  });

  it("goes on without end with a negative limit", async () => {
    const { run, waits, told } = harness(500);
    await expect(run({ ...retry, limit: -1 })).resolves.toBe("done");
    expect(waits).toHaveLength(500);
    expect(told.at(-1)).toMatch(/^retry 500 of unlimited in 180 s: /);
  });

  it("stops at once when another failure comes that waiting cannot heal", async () => {
    const invalid = new GitOpsError("apply Service qa/web: port must be a number", { code: "Invalid" });
    const failures = [busy, busy, invalid];
    const work = () => Promise.reject(failures.shift()!);
    const pause = () => Promise.resolve();
    await expect(withRetry(work, { retry, pause, onRetry: () => undefined })).rejects.toBe(invalid);
    expect(failures).toEqual([]);
  });

  it("does not repeat what waiting cannot heal", async () => {
    const invalid = new GitOpsError("apply Service qa/web: port must be a number", { code: "Invalid" });
    const { run, attempts } = harness(1, invalid);
    await expect(run()).rejects.toBe(invalid);
    expect(attempts()).toBe(1);
  });

  it("says before each wait how often, how long and why", async () => {
    const { run, told } = harness(1);
    await run();
    expect(told).toEqual(["retry 1 of 7 in 5 s: apply Service qa/web: 503"]);
  });
});
