import { setTimeout as wait } from "node:timers/promises";

import { describe, expect, it } from "@jest/globals";

import { isAlive, node } from "./child.fixture.ts";
import { runChild } from "./child.ts";
import { createLimit } from "./limit.ts";
import { findProgram, withLimits } from "./limits.ts";
import { retrying } from "./retry.ts";
import { GitOpsError } from "../error.ts";

describe("runChild", () => {
  it("hands over input, output, errors and the code", async () => {
    const result = await runChild(
      node("process.stdin.pipe(process.stdout); console.error('e'); process.exitCode = 3", { input: "in" }),
    );
    expect(result).toMatchObject({ code: 3, signal: null, stderr: "e\n", killed: undefined });
    expect(result.stdout.toString()).toBe("in");
  });

  it("passes on no variable that is not given", async () => {
    const { stdout } = await runChild(node("console.log(JSON.stringify(process.env))", { env: { ONLY: "this" } }));
    expect(JSON.parse(stdout.toString())).toStrictEqual({ ONLY: "this" });
  });

  it("does not mind a child that reads nothing", async () => {
    expect(await runChild(node("process.exit(0)", { input: "x".repeat(1_000_000) }))).toMatchObject({ code: 0 });
  });

  it("ends a child and what it started when time is up", async () => {
    const script =
      "const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(()=>{},1e3)'], {stdio: 'inherit'}); console.log(c.pid); setInterval(()=>{},1e3)";
    const { stdout, killed } = await runChild(node(script, { timeoutMs: 1_000 }));
    expect(killed).toBe("timeout");
    while (isAlive(stdout.toString().trim())) await wait(10);
  });

  it.each([
    ["ends what a child left behind that failed", 1, false],
    ["leaves what a child left behind that succeeded", 0, true],
  ])("%s", async (_, code, stays) => {
    const script = `const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(()=>{},1e3)'], {stdio: 'ignore'}); c.unref(); console.log(c.pid); process.exitCode = ${code}`;
    const pid = (await runChild(node(script))).stdout.toString().trim();
    while (!stays && isAlive(pid)) await wait(10);
    expect(isAlive(pid)).toBe(stays);
    if (stays) process.kill(Number(pid));
  });

  it("takes the answer that came in time while this process itself did not run", async () => {
    const running = runChild({ ...node(""), command: "echo", args: ["in time"], timeoutMs: 100 });
    const until = performance.now() + 500;
    while (performance.now() < until);
    const result = await running;
    expect(result).toMatchObject({ code: 0, killed: undefined });
    expect(result.stdout.toString()).toBe("in time\n");
  });

  it("gives no code to a child that it has stopped, although the child has ended well", async () => {
    const result = await runChild({ ...node(""), command: "echo", args: ["too long"], maxOutputBytes: 3 });
    expect(result).toMatchObject({ code: null, killed: "output" });
  });

  it("ends a child that writes too much", async () => {
    const result = await runChild(
      node("setInterval(() => process.stdout.write('x'.repeat(65536)), 0)", { maxOutputBytes: 1_000_000 }),
    );
    expect(result.killed).toBe("output");
    expect(result.stdout.length).toBeLessThanOrEqual(1_000_000);
  });

  it("keeps the end of what is written to standard error", async () => {
    const { stderr } = await runChild(node("process.stderr.write('x'.repeat(1e6) + 'end')"));
    expect(stderr).toHaveLength(65_536);
    expect(stderr.endsWith("end")).toBe(true);
  });

  it("says which program is missing", async () => {
    await expect(runChild(node("", { command: "no-such-program" }))).rejects.toMatchObject({
      code: "Unsupported",
      message: "no-such-program was not found: it must be installed and on PATH",
    });
  });
});

describe("createLimit", () => {
  it("runs no more than it may, and all in order", async () => {
    const limit = createLimit(2);
    let running = 0;
    const most: number[] = [];
    const begun: number[] = [];
    const task = (index: number) => async () => {
      begun.push(index);
      most.push(++running);
      await Promise.resolve();
      running--;
      if (index % 3 === 0) throw new Error("x");
    };
    await Promise.allSettled(Array.from({ length: 20 }, (_, index) => limit(task(index))));
    expect(Math.max(...most)).toBe(2);
    expect(begun).toStrictEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it("does not let slow tasks keep the others waiting, up to as many as may run at all", async () => {
    const limit = createLimit(2, 20);
    const done = Promise.withResolvers<string>();
    const slow = [0, 1].map(() => limit(() => done.promise));
    await expect(limit(() => Promise.resolve("quick"))).resolves.toBe("quick");

    const slower = [0, 1].map(() => limit(() => done.promise));
    let begun = false;
    const late = limit(() => Promise.resolve((begun = true)));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(begun).toBe(false);
    done.resolve("slow");
    await Promise.all([...slow, ...slower, late]);
    await expect(limit(() => Promise.resolve("again"))).resolves.toBe("again");
  });
});

describe("retrying", () => {
  const passing = new GitOpsError("x", { code: "Unavailable", retryable: true });
  const lasting = new GitOpsError("x", { code: "NotFound" });
  it.each([
    ["what passes", [passing, passing], "done", 3],
    ["no longer than it may", [passing, passing, passing], passing, 3],
    ["nothing that lasts", [lasting], lasting, 1],
    ["nothing that is unknown", [new Error("x")], new Error("x"), 1],
  ])("repeats %s", async (_, failures, end, calls) => {
    let called = 0;
    const task = () => {
      const failure = failures[called++];
      return failure === undefined ? Promise.resolve("done") : Promise.reject(failure);
    };
    const result = await retrying([0, 0], task).catch((error: unknown) => error);
    expect([result, called]).toStrictEqual([end, calls]);
  });
});

describe("withLimits", () => {
  it("puts the limits before the command", () => {
    expect(withLimits(["git", "x"], { dataBytes: 5, openFiles: 7 }, "/bin/prlimit")).toStrictEqual([
      "/bin/prlimit",
      "--data=5",
      "--nofile=7",
      "--core=0",
      "--",
      "git",
      "x",
    ]);
  });

  it("leaves the command alone where there is no prlimit", () => {
    expect(withLimits(["git"], { dataBytes: 5 }, undefined)).toStrictEqual(["git"]);
  });
});

describe("findProgram", () => {
  it.each([
    ["/nonexistent:/bin:/usr/bin", true],
    ["", false],
    [undefined, false],
    [".:bin", false],
  ])("looks for sh in absolute folders of %s", (path, found) => {
    expect(findProgram("sh", path) !== undefined).toBe(found);
  });
});
