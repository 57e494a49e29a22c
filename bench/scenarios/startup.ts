import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { stringify } from "yaml";

import { runOrFail } from "../../test/support/command.ts";
import { applicationFile } from "../bed.ts";
import type { Measured } from "../cli.ts";
import { measure, requireExit } from "../cli.ts";
import { toRoof } from "../figures.ts";
import { FLOOR, makeFloor } from "../floor.ts";
import type { Outcome, Scene } from "../scene.ts";
import { commandOf, profiles } from "../scene.ts";
import { UP } from "./first-up.ts";

const SMALL = "small";
const APPLICATIONS = 3;
/** Of each, in turn: what else runs on the machine then meets both. */
const RUNS = 3;
const MOST = 1.3;

/** A preview of three applications beside one of an empty program: to the first line, and to the end. */
export async function startup(scene: Scene): Promise<Outcome> {
  const { bed, fleet } = scene;
  const floor = await makeFloor(bed, "empty", {});
  await makeSmall(scene);
  requireExit(await measure(bed, UP, { stack: SMALL }), 0, "first up of three applications");
  const [empty, ours]: [Measured[], Measured[]] = [[], []];
  const args = ["preview", "--expect-no-changes"];
  for (let run = 0; run < RUNS; run++) {
    empty.push(await measure(bed, ["preview"], { cwd: floor, stack: FLOOR }));
    ours.push(await measure(bed, args, { stack: SMALL, ...profiles(scene, "startup") }));
  }
  for (const each of [...empty, ...ours]) requireExit(each, 0, "a preview of the start");
  const of = (name: string, all: readonly Measured[], key: "seconds" | "firstLineSeconds" | "cpuSeconds") => ({
    name,
    value: middle(all.map((each) => each[key])),
  });
  const roof = (key: Parameters<typeof of>[2]) => of("empty program", empty, key);
  const own = (key: Parameters<typeof of>[2]) => of("", ours, key).value;
  return {
    fleet,
    result: {
      scenario: "startup",
      commands: [
        ...empty.map((each) => commandOf("empty program", each)),
        ...ours.map((each) => commandOf("preview of three applications", each)),
      ],
      figures: [
        toRoof("first line", "s", own("firstLineSeconds"), roof("firstLineSeconds"), MOST),
        toRoof("to the end", "s", own("seconds"), roof("seconds"), MOST),
        toRoof("processor time", "CPU s", own("cpuSeconds"), roof("cpuSeconds")),
      ],
      problems: [],
    },
  };
}

/** A stack of its own, with a namespace of its own, of the first applications. */
async function makeSmall({ bed, fleet, options }: Scene): Promise<void> {
  const folder = join("infra", SMALL);
  await mkdir(join(bed.project, folder), { recursive: true });
  for (const { name } of fleet.applications.slice(0, APPLICATIONS))
    await cp(applicationFile(bed.project, name), join(bed.project, folder, `${name}.yaml`));
  const config = { "gitops:applications": folder, "gitops:namespace": SMALL, "gitops:wait": options.wait };
  await writeFile(join(bed.project, `Pulumi.${SMALL}.yaml`), stringify({ config }));
  await runOrFail("pulumi", ["stack", "init", SMALL, "--non-interactive"], { cwd: bed.project, env: bed.env });
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
