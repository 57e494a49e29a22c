import { measure, requireExit } from "../cli.ts";
import { exactly, told } from "../figures.ts";
import { overlayFile, withImage } from "../fleet.ts";
import type { Outcome, Scene } from "../scene.ts";
import { commandOf, earlierCommand, profiles } from "../scene.ts";
import { compareWithGit, objectsOf, touched, versionsOf } from "../verify.ts";
import { UP } from "./first-up.ts";
import { NO_OP } from "./no-op.ts";

const NEWER = "v1.4.0";
const BROKEN = "resources: [../base, missing.yaml]\n";

/** One application cannot be rendered any more; another one has a newer image, which has to arrive all the same. */
export async function broken(scene: Scene): Promise<Outcome> {
  const { bed, fleet, foreign } = scene;
  const [bad, good] = fleet.applications;
  const repository = bed.repositories.get(bad?.repository ?? "");
  if (bad === undefined || good === undefined || repository === undefined)
    throw new Error("one broken application: at least two are needed");
  const others = objectsOf(fleet, good.name);
  const before = await versionsOf(bed.client, others);
  let whole = "";
  const file = overlayFile(bad.name);
  await repository.push("main", { [file]: (text) => ((whole = text), BROKEN) });
  await bed.pushImage(`my-org/${good.name}:${NEWER}`);
  const measured = await measure(bed, UP, profiles(scene, "broken"));
  requireExit(measured, 1, "up with one broken application");
  const applications = fleet.applications.map((each) => (each === good ? withImage(each, NEWER) : each));
  const after = { ...fleet, applications };
  const problems = [
    ...(measured.run.output.includes("missing.yaml") ? [] : ["the cause of the failure is not named"]),
    ...(await touched(bed.client, before, others)),
    ...(await compareWithGit(bed.client, after, foreign)),
  ];
  await repository.push("main", { [file]: whole });
  const noOp = earlierCommand(scene, NO_OP);
  return {
    fleet: after,
    result: {
      scenario: "broken",
      commands: [commandOf("up with one broken application", measured)],
      figures: [
        exactly("objects written of the others", "objects", measured.requests.written.length, 1),
        ...(noOp === undefined ? [] : [told("wall beyond the no-op preview", "s", measured.seconds - noOp.seconds)]),
      ],
      problems,
    },
  };
}
