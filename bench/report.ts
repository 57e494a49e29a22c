import { cpus, loadavg } from "node:os";

import type { Figure } from "./figures.ts";
import type { Options } from "./options.ts";
import type { Roofs } from "./roofs.ts";
import type { Result } from "./scene.ts";

/** Changes when a member of a report does. */
export const SCHEMA = 2 as const;

/** What a run of the bench found. */
export interface Report {
  readonly schema: typeof SCHEMA;
  readonly options: Options;
  readonly machine: {
    readonly cpus: number;
    readonly model: string;
    readonly node: string;
    /** Of the last minute before the first measurement: what else ran here. */
    readonly loadBefore: number;
  };
  readonly roofs: Roofs;
  readonly results: readonly Result[];
  /** Compared with another run; empty without one. */
  readonly growth: readonly Figure[];
  /** What came out wrong besides. */
  readonly problems: readonly string[];
}

export function machine(): Report["machine"] {
  const all = cpus();
  const [loadBefore = 0] = loadavg();
  return { cpus: all.length, model: all[0]?.model ?? "unknown", node: process.version, loadBefore };
}

export function problemsIn({ results, problems }: Report): readonly string[] {
  const own = results.flatMap(({ scenario, problems: some }) => some.map((problem) => `${scenario}: ${problem}`));
  return [...problems, ...own];
}
