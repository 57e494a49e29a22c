import type { Figure, Goal } from "./figures.ts";
import type { Cost } from "./floor.ts";
import type { Role } from "./processes.ts";
import type { Report } from "./report.ts";
import { problemsIn } from "./report.ts";
import type { Roofs } from "./roofs.ts";
import type { Command, Result } from "./scene.ts";

const PROBLEMS_SHOWN = 20;

/** Tables for people. */
export function formatReport(report: Report): string {
  const { options, machine, roofs, results, growth } = report;
  const { apps, objects, repositories, foreign, seed, checkpoints, wait } = options;
  const problems = problemsIn(report);
  const shown = [...problems.slice(0, PROBLEMS_SHOWN), ...(problems.length > PROBLEMS_SHOWN ? ["..."] : [])];
  return [
    `${apps} applications, ${objects} objects, ${repositories} Git repositories, ${foreign} foreign objects, seed ${seed}, wait ${wait}, state written ${checkpoints === "each" ? "after each step" : "once"}`,
    `${machine.cpus} x ${machine.model}, Node ${machine.node}, load ${machine.loadBefore.toFixed(2)} before`,
    "",
    table([["roof", "seconds", "CPU s", "peak MB"], ...roofRows(roofs)]),
    "",
    formatResults(results),
    ...(growth.length === 0 ? [] : ["", figureTable(growth.map((figure) => ["growth", figure] as const))]),
    "",
    problems.length === 0 ? "Every result is right." : ["WRONG:", ...shown].join("\n  "),
  ].join("\n");
}

/** Of one scenario or several, so that what is measured is there when a run is broken off. */
export function formatResults(results: readonly Result[]): string {
  const figures = results.flatMap((result) => result.figures.map((figure) => [result.scenario, figure] as const));
  const commands = results.flatMap((result) => result.commands);
  return [
    ...(figures.length === 0 ? [] : [figureTable(figures), ""]),
    ...(commands.length === 0 ? [] : [table([COMMAND_HEAD, ...commands.map(commandRow)])]),
  ].join("\n");
}

function figureTable(figures: readonly (readonly [string, Figure])[]): string {
  const head = ["scenario", "figure", "value", "roof", "ratio", "goal", "met"];
  return table([head, ...figures.map(([scenario, figure]) => [scenario, ...figureCells(figure)])]);
}

function figureCells({ name, value, unit, roof, ratio, goal, met }: Figure): readonly string[] {
  return [
    ...[name, `${number(value)} ${unit}`, roof === undefined ? "" : `${roof.name}: ${number(roof.value)}`],
    ...[ratio === undefined ? "" : ratio.toFixed(2), goal === undefined ? "" : goalText(goal)],
    met === undefined ? "" : met ? "yes" : "NO",
  ];
}

function goalText({ of, rule, limit }: Goal): string {
  return `${rule === "exactly" ? "=" : "<="} ${number(limit)}${of === "ratio" ? " x" : ""}`;
}

function roofRows({ dryRun, apply, list, refs, tags, engine }: Roofs): readonly (readonly string[])[] {
  const rows = [
    ["apply, dry-run", dryRun],
    ["apply", apply],
    ["metadata LIST of every kind", list],
    ["ref advertisements", refs],
    ["tag lists", tags],
  ] as const;
  const cost = (name: string, { seconds, cpuSeconds, peakRss }: Cost) => [
    ...[name, number(seconds), number(cpuSeconds), mega(peakRss)],
  ];
  return [
    ...rows.map(([name, seconds]) => [name, number(seconds), "", ""]),
    ...(engine === undefined
      ? []
      : [
          cost("engine: first up", engine.up),
          cost("engine: preview", engine.preview),
          cost("engine: up without changes", engine.noOpUp),
        ]),
  ];
}

const ROLES: readonly Role[] = ["engine", "language host", "program", "provider", "other"];
const COMMAND_HEAD = [
  ...["command", "s", "first line", "CPU s", "peak MB", ...ROLES.map((role) => `${role} CPU s (MB)`)],
  ...["API server + etcd CPU s", "API requests", "Git", "tag lists", "registry, tokens", "state kB", "writes"],
];

function commandRow(command: Command): readonly string[] {
  const { name, seconds, firstLineSeconds, cpuSeconds, usage, requests, servers, controlPlaneCpu } = command;
  const verbs = Object.entries(requests.byVerb).map(([verb, count]) => `${count} ${verb}`);
  const own = ROLES.map((role) => `${number(usage.cpuOf[role] ?? 0)} (${mega(usage.peakRssOf[role])})`);
  return [
    ...[name, number(seconds), number(firstLineSeconds), number(cpuSeconds), mega(usage.peakRss), ...own],
    ...[number(controlPlaneCpu), `${requests.total} = ${verbs.join(", ")}`, String(servers.git)],
    ...[String(servers.tagLists), `${servers.otherRegistry}, ${servers.tokens}`],
    ...[(command.stateBytes / 1000).toFixed(0), String(command.stateWrites)],
  ];
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
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
