import { readFile } from "node:fs/promises";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

import { prepareBed } from "./bed.ts";
import { growthOf } from "./growth.ts";
import { generateFleet } from "./fleet.ts";
import { addForeign } from "./foreign.ts";
import type { Options } from "./options.ts";
import { HELP, readOptions } from "./options.ts";
import { play } from "./play.ts";
import type { Report } from "./report.ts";
import { machine, problemsIn, SCHEMA } from "./report.ts";
import { measureRoofs } from "./roofs.ts";
import { formatResults, formatReport } from "./tables.ts";
import { touched, versionsOf } from "./verify.ts";

// The sandbox's programs before those of the machine, also for what the bench itself starts.
const programs = ["../node_modules/.bin", "../node_modules/.cache/pulumi-gitops/bin"];
process.env["PATH"] = [
  ...programs.map((path) => fileURLToPath(new URL(path, import.meta.url))),
  process.env["PATH"],
].join(delimiter);

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const usage = readOptions(args);
  if (usage.kind === "help") {
    process.stdout.write(HELP);
    return 0;
  }
  if (usage.kind === "wrong") {
    process.stderr.write(`${usage.problems.join("\n")}\nnpm run bench -- --help says more.\n`);
    return 2;
  }
  const { options } = usage;
  try {
    const report = await bench(options, await readReport(options.against));
    process.stdout.write(`${options.json ? JSON.stringify(report) : formatReport(report)}\n`);
    return problemsIn(report).length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function bench(options: Options, against: Report | undefined): Promise<Report> {
  const host = machine();
  const fleet = generateFleet(options);
  say("starting a sandbox and filling it");
  const bed = await prepareBed(fleet, options);
  try {
    say("measuring the roofs");
    const roofs = await measureRoofs(bed, fleet, options);
    const foreign = await addForeign(bed.client, fleet, options.foreign);
    const before = await versionsOf(bed.client, foreign);
    const { results, failure } = await play({ bed, fleet, options, roofs, foreign }, (what) =>
      say(typeof what === "string" ? what : formatResults([what])),
    );
    const problems = [...failure, ...(await touched(bed.client, before, foreign))];
    const report: Report = { schema: SCHEMA, options, machine: host, roofs, results, growth: [], problems };
    return against === undefined ? report : { ...report, growth: growthOf(report, against) };
  } finally {
    await bed.close();
  }
}

/** @throws when it is no report of this form */
async function readReport(file: string | undefined): Promise<Report | undefined> {
  if (file === undefined) return undefined;
  const report = JSON.parse(await readFile(file, "utf8")) as Partial<Report>;
  if (report.schema !== SCHEMA) throw new Error(`${file}: expected schema ${SCHEMA}, found ${String(report.schema)}`);
  return report as Report;
}

function say(what: string): void {
  process.stderr.write(`${what}\n`);
}
