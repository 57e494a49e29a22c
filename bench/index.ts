import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

import { prepareBed } from "./bed.ts";
import { generateFleet } from "./fleet.ts";
import { addForeign } from "./foreign.ts";
import type { Options } from "./options.ts";
import { HELP, readOptions } from "./options.ts";
import type { Report } from "./report.ts";
import { formatProgress, formatReport, machine, problemsIn } from "./report.ts";
import { measureRoofs } from "./roofs.ts";
import type { Result, Scene } from "./scenarios.ts";
import { drift, firstUp, noOpPreview } from "./scenarios.ts";
import { touched, versionsOf } from "./verify.ts";

// The sandbox's programs before those of the machine, also for what the bench itself starts.
const programs = ["../node_modules/.bin", "../node_modules/.cache/pulumi-gitops/bin"];
process.env["PATH"] = [
  ...programs.map((path) => fileURLToPath(new URL(path, import.meta.url))),
  process.env["PATH"],
].join(delimiter);

/** Of a command that a signal ended, as shells have it. */
const INTERRUPTED = 130;

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
    const report = await bench(options);
    process.stdout.write(`${options.json ? JSON.stringify(report) : formatReport(report)}\n`);
    return problemsIn(report).length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function bench(options: Options): Promise<Report> {
  const host = machine();
  const fleet = generateFleet(options);
  say("starting a sandbox and filling it");
  const bed = await prepareBed(fleet, options);
  const stop = () => void bed.close().finally(() => process.exit(INTERRUPTED));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    say("measuring the roofs");
    const { roofs, foreign: others } = await measureRoofs(bed, fleet);
    const foreign = [...others, ...(await addForeign(bed.client, fleet))];
    const before = await versionsOf(bed.client, foreign);
    const { results, failure } = await play({ bed, fleet, options, roofs, foreign });
    const problems = [...failure, ...(await touched(bed.client, before, foreign))];
    return { schema: 1, options, machine: host, roofs, results, problems };
  } finally {
    await bed.close();
  }
}

/** What was measured, and why the rest was not. */
interface Played {
  readonly results: readonly Result[];
  readonly failure: readonly string[];
}

/** Each scenario starts where the one before it ended; all need the first `up`. A failure ends them, not the report. */
async function play(scene: Scene): Promise<Played> {
  const { scenarios } = scene.options;
  const results: Result[] = [];
  const done = (...found: readonly Result[]) => {
    results.push(...found);
    for (const result of found) say(formatProgress(result));
  };
  try {
    say("first up");
    done(await firstUp(scene));
    if (scenarios.includes("no-op")) {
      say("no-op preview");
      done(await noOpPreview(scene));
    }
    if (scenarios.includes("drift")) {
      say("drift");
      done(...(await drift(scene)));
    }
    return { results: wanted(results, scenarios), failure: [] };
  } catch (error) {
    return { results: wanted(results, scenarios), failure: [error instanceof Error ? error.message : String(error)] };
  }
}

function wanted(results: readonly Result[], scenarios: Options["scenarios"]): readonly Result[] {
  return scenarios.includes("first-up") ? results : results.slice(1);
}

function say(what: string): void {
  process.stderr.write(`${what}\n`);
}
