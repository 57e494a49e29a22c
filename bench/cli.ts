import { mkdir } from "node:fs/promises";

import { followAudit } from "../test/support/audit.ts";
import type { Run } from "../test/support/command.ts";
import { run } from "../test/support/command.ts";
import type { Bed } from "./bed.ts";
import { STACK } from "./bed.ts";
import type { Readings } from "./meters.ts";
import { between } from "./meters.ts";
import type { Usage } from "./processes.ts";
import { cpuOf, cpuSecondsOf, followProcesses } from "./processes.ts";
import type { Requests } from "./requests.ts";
import { countRequests } from "./requests.ts";

/** One command of the CLI and what it cost. */
export interface Measured {
  readonly run: Run;
  readonly seconds: number;
  /** From the start to the first thing printed. */
  readonly firstLineSeconds: number;
  /** Processor time of all its processes, in seconds. */
  readonly cpuSeconds: number;
  readonly usage: Usage;
  readonly requests: Requests;
  readonly servers: Omit<Readings, "api">;
  /** Processor time of the API server and etcd meanwhile, in seconds. */
  readonly controlPlaneCpu: number;
  readonly stateBytes: number;
  /** How often the state was written. */
  readonly stateWrites: number;
}

const TIMEOUT_MS = 3_600_000;

export interface MeasureOptions {
  readonly cwd?: string;
  readonly cpuProfiles?: string;
  /** @default the stack of the bench */
  readonly stack?: string;
}

/** Runs `pulumi <args>` and measures it. The audit log tells what its account asked of the API server. */
export async function measure(bed: Bed, args: readonly string[], options: MeasureOptions = {}): Promise<Measured> {
  const { cwd = bed.project, cpuProfiles, stack = STACK } = options;
  const trail = await followAudit(bed.sandbox.auditLog, bed.username);
  const before = await bed.meters();
  const cpuBefore = await controlPlaneCpu(bed);
  const writes = await bed.state.followWrites();
  const env = cpuProfiles === undefined ? bed.env : { ...bed.env, ...(await profiling(cpuProfiles)) };
  const started = performance.now();
  let firstLineAt = Number.NaN;
  let usage: (() => Promise<Usage>) | undefined;
  const result = await run("pulumi", [...args, `--stack=${stack}`, "--non-interactive", "--color=never"], {
    ...{ cwd, env, timeoutMs: TIMEOUT_MS },
    onStart(child) {
      if (child.pid !== undefined) usage = followProcesses(child.pid);
      child.stdout?.once("data", () => (firstLineAt = performance.now()));
    },
  });
  const seconds = (performance.now() - started) / 1000;
  if (usage === undefined) throw new Error("pulumi could not be started");
  const used = await usage();
  const { api, ...servers } = between(before, await bed.meters());
  return {
    ...{ run: result, seconds, firstLineSeconds: (firstLineAt - started) / 1000 },
    ...{ cpuSeconds: cpuSecondsOf(used), usage: used, servers, requests: countRequests(await trail(), api) },
    controlPlaneCpu: (await controlPlaneCpu(bed)) - cpuBefore,
    ...{ stateWrites: writes(), stateBytes: await bed.state.bytes().catch(() => 0) },
  };
}

/** The summary and the diagnostics are the last of what the CLI says. */
const LINES_OF_FAILURE = 40;

/** @throws with the end of what the CLI said, unless it ended so */
export function requireExit({ run: { code, output } }: Pick<Measured, "run">, expected: number, what: string): void {
  if (code === expected) return;
  const end = output.trimEnd().split("\n").slice(-LINES_OF_FAILURE).join("\n");
  throw new Error(`${what}: expected exit code ${expected}, found ${String(code)}\n${end}`);
}

async function controlPlaneCpu({ controlPlane }: Bed): Promise<number> {
  const used = ["kube-apiserver", "etcd"].map((name) => cpuOf(controlPlane[name] ?? 0));
  return (await Promise.all(used)).reduce((total, each) => total + each, 0);
}

async function profiling(folder: string): Promise<NodeJS.ProcessEnv> {
  await mkdir(folder, { recursive: true });
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
}
