import { cpus, loadavg } from "node:os";

import type { Options } from "./options.ts";
import type { Cost } from "./floor.ts";
import type { Role } from "./processes.ts";
import type { Roofs } from "./roofs.ts";
import type { Result } from "./scenarios.ts";

/** What a run of the bench found; `schema` changes when a member does. */
export interface Report {
  readonly schema: 1;
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
  /** What came out wrong besides. */
  readonly problems: readonly string[];
}

export function machine(): Report["machine"] {
  const all = cpus();
  const [loadBefore = 0] = loadavg();
  return { cpus: all.length, model: all[0]?.model ?? "unknown", node: process.version, loadBefore };
}

export function problemsIn({ results, problems }: Report): readonly string[] {
  return [...problems, ...results.flatMap(({ name, problems: own }) => own.map((problem) => `${name}: ${problem}`))];
}

/** Tables for people. */
export function formatReport(report: Report): string {
  const { options, machine: host, roofs, results } = report;
  const { engine } = roofs;
  const problems = problemsIn(report);
  return [
    `${options.apps} applications, ${options.objects} objects, ${options.repositories} Git repositories, seed ${options.seed}, state written ${options.checkpoints === "each" ? "after each step" : "once"}`,
    `${host.cpus} x ${host.model}, Node ${host.node}, load ${host.loadBefore.toFixed(2)} before`,
    "",
    table([
      ["roof", "seconds"],
      ["apply, dry-run", seconds(roofs.dryRun)],
      ["apply", seconds(roofs.apply)],
      ["metadata LIST of every kind", seconds(roofs.list)],
      ["ref advertisements", seconds(roofs.refs)],
      ["tag lists", seconds(roofs.tags)],
      ["engine: preview of an empty program", costText(engine.emptyPreview)],
      ["engine: first up", costText(engine.up)],
      ["engine: preview", costText(engine.preview)],
      ["engine: up without changes", costText(engine.noOpUp)],
    ]),
    "",
    table([
      [
        "scenario",
        "seconds",
        "roof",
        "ratio",
        "CPU s",
        "CPU ratio",
        "first line",
        "peak RSS MB",
        "API requests",
        "state kB",
      ],
      ...results.map(resultRow),
    ]),
    "",
    table([["processor seconds", ...ROLES, "API server + etcd"], ...results.map(cpuRow)]),
    "",
    problems.length === 0 ? "Every result is right." : ["WRONG:", ...problems.slice(0, 20)].join("\n  "),
  ].join("\n");
}

const ROLES: readonly Role[] = ["engine", "language host", "program", "provider", "other"];

function resultRow(result: Result): readonly string[] {
  const {
    name,
    seconds: wall,
    roof,
    roofSeconds,
    firstLineSeconds,
    usage,
    requests,
    stateBytes,
    cpuSeconds,
    roofCpuSeconds,
  } = result;
  const verbs = Object.entries(requests.byVerb).map(([verb, count]) => `${count} ${verb}`);
  return [
    ...[name, seconds(wall), `${roof} ${seconds(roofSeconds)}`, (wall / roofSeconds).toFixed(2)],
    ...[seconds(cpuSeconds), roofCpuSeconds === undefined ? "" : (cpuSeconds / roofCpuSeconds).toFixed(2)],
    ...[seconds(firstLineSeconds), (usage.peakRss / 1e6).toFixed(0), `${requests.total} = ${verbs.join(", ")}`],
    (stateBytes / 1000).toFixed(0),
  ];
}

/** One line while the bench goes on: what is measured survives when it is broken off. */
export function formatProgress(result: Result): string {
  return `  ${[...resultRow(result), ...cpuRow(result).slice(1)].join(" | ")}`;
}

function cpuRow({ name, usage, controlPlaneCpu }: Result): readonly string[] {
  const own = ROLES.map((role) => `${seconds(usage.cpuOf[role] ?? 0)} (${mega(usage.peakRssOf[role])} MB)`);
  return [name, ...own, seconds(controlPlaneCpu)];
}

function seconds(value: number): string {
  return value.toFixed(2);
}

function costText({ seconds: wall, cpuSeconds, peakRss }: Cost): string {
  return `${seconds(wall)} (CPU ${seconds(cpuSeconds)}, ${mega(peakRss)} MB)`;
}

function mega(bytes = 0): string {
  return (bytes / 1e6).toFixed(0);
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join("\n");
}
