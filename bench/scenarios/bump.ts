import { measure, requireExit } from "../cli.ts";
import { atMost, exactly, told } from "../figures.ts";
import { withImage } from "../fleet.ts";
import type { Outcome, Scene } from "../scene.ts";
import { commandOf, profiles } from "../scene.ts";
import { compareWithGit } from "../verify.ts";
import { UP } from "./first-up.ts";

const NEWER = "v1.3.0";
/** Beyond what the same command takes when there is nothing to do. */
const EXTRA_SECONDS = 1;

/** One image has a newer tag. */
export async function bump(scene: Scene): Promise<Outcome> {
  const { bed, fleet, foreign } = scene;
  const [chosen] = fleet.applications.slice(Math.floor(fleet.applications.length / 2));
  if (chosen === undefined) throw new Error("there is no application");
  const idle = await measure(bed, [...UP, "--expect-no-changes"], profiles(scene, "no-op-up"));
  requireExit(idle, 0, "up without changes");
  await bed.pushImage(`my-org/${chosen.name}:${NEWER}`);
  const measured = await measure(bed, UP, profiles(scene, "bump"));
  requireExit(measured, 0, "up after a new tag");
  const applications = fleet.applications.map((each) => (each === chosen ? withImage(each, NEWER) : each));
  const after = { ...fleet, applications };
  const { written } = measured.requests;
  const isRight = written.every((write) => /^patch \/apis\/apps\/v1\/namespaces\/[^/]+\/deployments\//.test(write));
  return {
    fleet: after,
    result: {
      scenario: "bump",
      commands: [commandOf("up without changes", idle), commandOf("up after one new tag", measured)],
      figures: [
        exactly("objects written", "objects", written.length, 1),
        exactly("objects written without changes", "objects", idle.requests.written.length, 0),
        atMost("wall beyond an up without changes", "s", measured.seconds - idle.seconds, EXTRA_SECONDS),
        told("processor time beyond it", "CPU s", measured.cpuSeconds - idle.cpuSeconds),
        told("LISTs of one kind", "requests", measured.requests.listsOfOneKind),
      ],
      problems: [
        ...(isRight ? [] : [`expected to write one Deployment, found ${written.join(", ")}`]),
        ...(await compareWithGit(bed.client, after, foreign)),
      ],
    },
  };
}
