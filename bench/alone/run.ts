import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { run } from "../../test/support/command.ts";
import type { Bed } from "../bed.ts";
import type { Usage } from "../processes.ts";
import { cpuSecondsOf, followProcesses } from "../processes.ts";

/** What a process of its own found out, and what it used with all it started. */
export interface Alone<T> {
  readonly found: T;
  readonly cpuSeconds: number;
  /** Bytes. */
  readonly peakRss: number;
}

interface AloneOptions {
  readonly cpuProfiles?: string;
}

const TIMEOUT_MS = 1_800_000;

/** Runs one of the programs of this folder as the CLI would be run. @throws with what it said when it fails */
export async function runAlone<T>(
  { project, env }: Bed,
  program: string,
  args: readonly string[],
  { cpuProfiles }: AloneOptions = {},
): Promise<Alone<T>> {
  if (cpuProfiles !== undefined) await mkdir(cpuProfiles, { recursive: true });
  const flags = cpuProfiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${cpuProfiles}`];
  let usage: (() => Promise<Usage>) | undefined;
  const { code, stdout, output } = await run(
    process.execPath,
    [...flags, join(import.meta.dirname, `${program}.ts`), ...args],
    {
      ...{ cwd: project, env, timeoutMs: TIMEOUT_MS },
      onStart(child) {
        if (child.pid !== undefined) usage = followProcesses(child.pid);
      },
    },
  );
  const used = await usage?.();
  if (code !== 0 || used === undefined) throw new Error(`${program}: expected exit code 0\n${output}`);
  return { found: JSON.parse(stdout) as T, cpuSeconds: cpuSecondsOf(used), peakRss: used.peakRss };
}
