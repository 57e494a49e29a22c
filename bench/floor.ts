import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { stringify } from "yaml";

import { runOrFail } from "../test/support/command.ts";
import type { Bed } from "./bed.ts";
import { measure, requireExit } from "./cli.ts";
import type { Fleet } from "./fleet.ts";

/** What one command took. */
export interface Cost {
  readonly seconds: number;
  readonly firstLineSeconds: number;
  /** Processor time of all processes of the CLI, in seconds; unlike the wall it says little about what else ran. */
  readonly cpuSeconds: number;
  /** Bytes. */
  readonly peakRss: number;
}

/** What the Pulumi engine takes for as many resources with inputs of the same size. */
export interface EngineFloor {
  readonly up: Cost;
  readonly preview: Cost;
  readonly noOpUp: Cost;
  /** Measures the preview once more: the speed of a machine is not the same all the time. */
  readonly previewAgain: () => Promise<Cost>;
}

/** Stack of every floor. */
export const FLOOR = "floor";

export async function measureFloor(bed: Bed, fleet: Fleet): Promise<EngineFloor> {
  const folder = await makeFloor(bed, "floor", inputsOf(fleet));
  const costOf = async (args: readonly string[]): Promise<Cost> => {
    const measured = await measure(bed, args, { cwd: folder, stack: FLOOR });
    requireExit(measured, 0, `engine floor, ${args.join(" ")}`);
    const { seconds, firstLineSeconds, cpuSeconds, usage } = measured;
    return { seconds, firstLineSeconds, cpuSeconds, peakRss: usage.peakRss };
  };
  const previewAgain = () => costOf(["preview", "--expect-no-changes"]);
  return {
    up: await costOf(["up", "--yes", "--skip-preview"]),
    preview: await previewAgain(),
    noOpUp: await costOf(["up", "--yes", "--skip-preview", "--expect-no-changes"]),
    previewAgain,
  };
}

/** A program with a resource for each of the inputs. @returns its folder */
export async function makeFloor(bed: Bed, name: string, inputs: unknown): Promise<string> {
  const folder = join(bed.folder, name);
  await mkdir(folder);
  const runtime = { name: "nodejs", options: { typescript: false } };
  await writeFile(join(folder, "Pulumi.yaml"), stringify({ name, runtime, options: { refresh: "always" } }));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", main: "index.ts" }));
  await writeFile(join(folder, "inputs.json"), JSON.stringify(inputs));
  await copyFile(join(import.meta.dirname, "floor", "program.ts"), join(folder, "index.ts"));
  await symlink(join(bed.project, "node_modules"), join(folder, "node_modules"));
  await runOrFail("pulumi", ["stack", "init", FLOOR, "--non-interactive"], { cwd: folder, env: bed.env });
  return folder;
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
