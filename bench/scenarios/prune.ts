import { rm } from "node:fs/promises";

import { applicationFile } from "../bed.ts";
import { measure, requireExit } from "../cli.ts";
import { exactly, told } from "../figures.ts";
import { randomFrom } from "../random.ts";
import type { Outcome, Scene } from "../scene.ts";
import { commandOf, earlierCommand, objectsIn, profiles } from "../scene.ts";
import { compareWithGit, objectsOf, touched, versionsOf } from "../verify.ts";
import { UP } from "./first-up.ts";
import { NO_OP } from "./no-op.ts";

const GONE = 10;
/** The roster refuses to lose more than a third at once. */
const LARGEST_SHARE = 5;

/** Some applications leave Git. */
export async function prune(scene: Scene): Promise<Outcome> {
  const { bed, fleet, options, foreign } = scene;
  const count = Math.min(GONE, Math.ceil(fleet.applications.length / LARGEST_SHARE));
  const gone = randomFrom(options.seed).sample(fleet.applications, count);
  const after = { ...fleet, applications: fleet.applications.filter((each) => !gone.includes(each)) };
  const others = objectsOf(after);
  const before = await versionsOf(bed.client, others);
  for (const { name } of gone) await rm(applicationFile(bed.project, name));
  const measured = await measure(bed, UP, profiles(scene, "prune"));
  requireExit(measured, 0, "up after applications left Git");
  const command = commandOf(`up prunes ${count} applications`, measured);
  const { written, listsOfOneKind } = measured.requests;
  const deleted = written.filter((write) => write.startsWith("delete "));
  const noOp = earlierCommand(scene, NO_OP);
  return {
    fleet: after,
    result: {
      scenario: "prune",
      commands: [command],
      figures: [
        exactly("objects deleted", "objects", deleted.length, objectsIn({ ...fleet, applications: gone })),
        exactly("objects written besides", "objects", written.length - deleted.length, 0),
        told("LISTs of one kind", "requests", listsOfOneKind),
        ...(noOp === undefined ? [] : [told("wall beyond the no-op preview", "s", measured.seconds - noOp.seconds)]),
      ],
      problems: [...(await touched(bed.client, before, others)), ...(await compareWithGit(bed.client, after, foreign))],
    },
  };
}
