import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { afterAll, describe, expect, it } from "@jest/globals";

import { isAlive, node } from "../git/child.fixture.ts";
import { launch } from "./launcher.ts";

const folder = mkdtempSync(join(tmpdir(), "launcher-"));
afterAll(() => rmSync(folder, { recursive: true }));

const parentOf = async () => Number((await launch(node("console.log(process.ppid)"))).stdout);

describe("launch", () => {
  it("hands over input, bytes, errors and the code, of many at once", async () => {
    const echo = "process.stdin.pipe(process.stdout); console.error('e'); process.exitCode = 3";
    const inputs = ["", "a", "\xff\x00".repeat(50_000)].map((text) => Buffer.from(text, "latin1"));
    const results = await Promise.all(inputs.map((input) => launch(node(echo, { input }))));
    for (const [index, result] of results.entries()) {
      expect(result).toMatchObject({ code: 3, signal: null, stderr: "e\n", killed: undefined });
      expect(Buffer.compare(result.stdout, inputs[index]!)).toBe(0);
    }
  });

  it("starts all of them from one process that is not this one", async () => {
    const [first, second] = [await parentOf(), await parentOf()];
    expect(first).toBe(second);
    expect(first).not.toBe(process.pid);
  });

  it("keeps limits", async () => {
    expect(await launch(node("setInterval(() => {}, 1e3)", { timeoutMs: 100 }))).toMatchObject({ killed: "timeout" });
    const flood = node("process.stdout.write('x'.repeat(1e6))", { maxOutputBytes: 1_000 });
    expect(await launch(flood)).toMatchObject({ killed: "output" });
  });

  it("says that a program is missing as if it had been started from here", async () => {
    const missing = launch({ ...node(""), command: "/nonexistent/kubectl" });
    await expect(missing).rejects.toMatchObject({ name: "GitOpsError", code: "Unsupported" });
    await expect(missing).rejects.toThrow("/nonexistent/kubectl was not found");
  });

  it("tells those who wait when its process is killed, and starts another one", async () => {
    const before = await parentOf();
    const waiting = launch(node("setInterval(() => {}, 1e3)"));
    process.kill(before, "SIGKILL");
    await expect(waiting).rejects.toMatchObject({ code: "Failed", retryable: true });
    expect(await parentOf()).not.toBe(before);
  });

  it("lets the program end, and ends with it whatever still runs", async () => {
    const hung = `require("fs").writeFileSync(${JSON.stringify(join(folder, "pid"))}, String(process.pid)); setInterval(() => {}, 1e3)`;
    const script = `import { launch } from "${pathToFileURL(join(import.meta.dirname, "launcher.ts")).href}";
      const command = (...args) => ({ command: process.execPath, args, env: {}, timeoutMs: 60000, maxOutputBytes: 1000 });
      await launch(command("-e", ""));
      console.log("idle");
      process.stdin.once("data", () => void launch(command("-e", ${JSON.stringify(hung)})));`;
    const program = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(program.stdout, "data");
    program.stdin.write("go");
    const pid = await written(join(folder, "pid"));
    program.kill("SIGKILL");
    while (isAlive(pid)) await wait(10);

    const idle = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    expect(await once(idle, "exit")).toEqual([0, null]);
  });
});

async function written(file: string): Promise<number> {
  for (;;) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text !== "") return Number(text);
    await wait(10);
  }
}
