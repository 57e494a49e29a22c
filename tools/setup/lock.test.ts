import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { withLock } from "./lock.mjs";
import { isRunning, self, startTime } from "./process.mjs";

let folder: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  lock = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

const nobodyWaits = (pid: number): never => {
  throw new Error(`waited for ${pid}`);
};

describe("withLock", () => {
  it("lets one action at a time run", async () => {
    const events: string[] = [];
    const action = (name: string) => async () => {
      events.push(`${name} in`);
      await new Promise(setImmediate);
      events.push(`${name} out`);
    };
    await Promise.all([withLock(lock, () => undefined, action("a")), withLock(lock, () => undefined, action("b"))]);
    expect(events).toEqual(["a in", "a out", "b in", "b out"]);
  });

  it("is free again after an action that throws", async () => {
    const broken = withLock(lock, nobodyWaits, () => Promise.reject(new Error("broken")));
    await expect(broken).rejects.toThrow("broken");
    expect(await withLock(lock, nobodyWaits, () => "done")).toBe("done");
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["a process that is gone", { pid: 2 ** 22 + 1, startTime: 1 }],
    ["a process whose id another one has now", { ...self(), startTime: 1 }],
  ])("takes over from %s", async (_, owner) => {
    writeFileSync(lock, JSON.stringify(owner));
    expect(await withLock(lock, nobodyWaits, () => existsSync(lock))).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("waits for a process that runs and says for which", async () => {
    const owner = { pid: 1, startTime: startTime(1) };
    writeFileSync(lock, JSON.stringify(owner));
    const waitedFor: number[] = [];
    await withLock(
      lock,
      (pid: number) => {
        waitedFor.push(pid);
        rmSync(lock);
      },
      () => undefined,
    );
    expect(waitedFor).toEqual([1]);
  });
});

describe("isRunning", () => {
  it("knows this process", () => expect(isRunning(self())).toBe(true));
  it("is not taken in by an id that was given out again", () =>
    expect(isRunning({ ...self(), startTime: Number(self().startTime) - 1 })).toBe(false));
  it("takes a process whose start was never seen for gone", () =>
    expect(isRunning({ pid: process.pid, startTime: undefined })).toBe(false));
});
