import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { stringify } from "yaml";

import { runOrFail } from "../test/support/command.ts";
import type { Bed } from "./bed.ts";
import type { Measured } from "./cli.ts";
import { measure, requireExit } from "./cli.ts";
import { cpuSecondsOf } from "./processes.ts";
import type { Fleet } from "./fleet.ts";

/** What one command took. */
export interface Cost {
  readonly seconds: number;
  /** Processor time of all processes of the CLI, in seconds; unlike the wall it says little about what else ran. */
  readonly cpuSeconds: number;
  /** Bytes. */
  readonly peakRss: number;
}

/** What the Pulumi engine takes for as many resources with inputs of the same size, and for none. */
export interface EngineFloor {
  readonly emptyPreview: Cost;
  readonly up: Cost;
  readonly preview: Cost;
  readonly noOpUp: Cost;
}

const STACK = "floor";

export async function measureFloor(bed: Bed, fleet: Fleet): Promise<EngineFloor> {
  const folder = join(bed.folder, "floor");
  await makeProgram(bed, folder);
  const costOf = async (args: readonly string[], inputs: unknown): Promise<Cost> => {
    await writeFile(join(folder, "inputs.json"), JSON.stringify(inputs));
    const measured: Measured = await measure(bed, args, { cwd: folder, stack: STACK });
    requireExit(measured, 0, `engine floor, ${args.join(" ")}`);
    const { seconds, usage } = measured;
    return { seconds, cpuSeconds: cpuSecondsOf(usage), peakRss: usage.peakRss };
  };
  const inputs = inputsOf(fleet);
  const noOp = ["up", "--yes", "--skip-preview", "--expect-no-changes"];
  return {
    emptyPreview: await costOf(["preview"], {}),
    up: await costOf(["up", "--yes", "--skip-preview"], inputs),
    preview: await costOf(["preview", "--expect-no-changes"], inputs),
    noOpUp: await costOf(noOp, inputs),
  };
}

async function makeProgram(bed: Bed, folder: string): Promise<void> {
  await mkdir(folder);
  const project = {
    name: "floor",
    runtime: { name: "nodejs", options: { typescript: false } },
    options: { refresh: "always" },
  };
  await writeFile(join(folder, "Pulumi.yaml"), stringify(project));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", main: "index.ts" }));
  await copyFile(join(import.meta.dirname, "floor", "program.ts"), join(folder, "index.ts"));
  await symlink(join(bed.project, "node_modules"), join(folder, "node_modules"));
  await runOrFail("pulumi", ["stack", "init", STACK, "--non-interactive"], { cwd: folder, env: bed.env });
}

function inputsOf(fleet: Fleet): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const manifestsOf = (objects: Fleet["applications"][number]["objects"]) =>
    objects.map(({ expected }) => {
      const { kind, metadata } = expected;
      return [`${kind} ${String(metadata.namespace)}/${metadata.name}`, JSON.stringify(expected)] as const;
    });
  return Object.fromEntries(
    fleet.applications.map(({ name, objects }) => [name, Object.fromEntries(manifestsOf(objects))]),
  );
}
