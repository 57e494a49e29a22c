import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";

import { killTree } from "./processes.ts";

/** How a program ended and what it said. */
export interface Run {
  /** 128 + signal number has no meaning here: a program that was killed has no code. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output and standard error in the order they came. */
  readonly output: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** @default four minutes; the program and what it started are killed then, and the promise is rejected */
  readonly timeoutMs?: number;
  /** Called with the running program, so that a test can interfere. */
  readonly onStart?: (child: ChildProcess) => void;
}

const TIMEOUT_MS = 240_000;

/** Runs a program to its end, whatever its exit code. @throws when it cannot be started or takes too long */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { cwd, env = process.env, input, timeoutMs = TIMEOUT_MS, onStart } = options;
  const startedAt = new Date();
  const child = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  onStart?.(child);
  const said = { stdout: "", stderr: "", output: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
      said.output += text;
    });
  }
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const { promise, resolve, reject } = Promise.withResolvers<Run>();
  const timer = setTimeout(() => {
    if (child.pid !== undefined) void killTree(child.pid);
    reject(new Error(`still running after ${timeoutMs / 1000} s: ${describe(command, args)}\n${said.output}`));
  }, timeoutMs);
  child.once("error", reject);
  child.once("close", (code, signal) => resolve({ code, signal, ...said, startedAt, endedAt: new Date() }));
  return promise.finally(() => clearTimeout(timer));
}

/** The same for a program that has to succeed. @returns what it printed @throws with everything it said */
export async function runOrFail(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`exit ${String(code)}: ${describe(command, args)}\n${output}`);
  return stdout;
}

function describe(command: string, args: readonly string[]): string {
  return [command, ...args].join(" ");
}
