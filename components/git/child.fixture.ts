import { spawnSync } from "node:child_process";

import type { ChildCommand } from "./child.ts";

/** Node with a script, and nothing of this process's environment. */
export function node(script: string, more: Partial<ChildCommand> = {}): ChildCommand {
  return {
    command: process.execPath,
    args: ["-e", script],
    env: {},
    timeoutMs: 20_000,
    maxOutputBytes: 1_000_000,
    ...more,
  };
}

/** Whether a process runs. One that has ended may stay listed until its parent asks. */
export function isAlive(pid: number | string): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}
