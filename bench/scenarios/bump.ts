import type { Measured } from "../cli.ts";
import { measure, requireExit } from "../cli.ts";
import { atMost, exactly, told } from "../figures.ts";
import { withImage } from "../fleet.ts";
import type { Outcome, Scene } from "../scene.ts";
import { commandOf, profiles } from "../scene.ts";
import { compareWithGit } from "../verify.ts";
import { UP } from "./first-up.ts";
import { median } from "./no-op.ts";

/** Beyond what the same command takes when there is nothing to do. */
const EXTRA_SECONDS = 1;

/** One image has a newer tag, again and again; in turn with an `up` that has nothing to do, so that both meet the same machine. */
export async function bump(scene: Scene): Promise<Outcome> {
  const { bed, fleet, foreign, options } = scene;
  const [chosen] = fleet.applications.slice(Math.floor(fleet.applications.length / 2));
  if (chosen === undefined) throw new Error("there is no application");
  const tags = Array.from({ length: options.runs }, (_, run) => `v1.3.${run}`);
  const [idles, bumps]: [Measured[], Measured[]] = [[], []];
  for (const tag of tags) {
    const idle = await measure(bed, [...UP, "--expect-no-changes"], profiles(scene, "no-op-up"));
    requireExit(idle, 0, "up without changes");
    idles.push(idle);
    await bed.pushImage(`my-org/${chosen.name}:${tag}`);
    const bumped = await measure(bed, UP, profiles(scene, "bump"));
    requireExit(bumped, 0, "up after a new tag");
    bumps.push(bumped);
  }
  const newest = tags.at(-1) ?? "";
  const applications = fleet.applications.map((each) => (each === chosen ? withImage(each, newest) : each));
  const after = { ...fleet, applications };
  const [idle, bumped] = [median(idles), median(bumps)];
  const written = bumps.map(({ requests }) => requests.written);
  const isRight = written
    .flat()
    .every((write) => /^patch \/apis\/apps\/v1\/namespaces\/[^/]+\/deployments\//.test(write));
  return {
    fleet: after,
    result: {
      scenario: "bump",
      commands: [commandOf("up without changes", idle), commandOf("up after one new tag", bumped)],
      figures: [
        exactly("objects written", "objects", written.flat().length, tags.length),
        exactly(
          "objects written without changes",
          "objects",
          idles.flatMap(({ requests }) => requests.written).length,
          0,
        ),
        atMost("wall beyond an up without changes", "s", bumped.seconds - idle.seconds, EXTRA_SECONDS),
        told("processor time beyond it", "CPU s", bumped.cpuSeconds - idle.cpuSeconds),
        told("LISTs of one kind", "requests", bumped.requests.listsOfOneKind),
      ],
      problems: [
        ...(isRight ? [] : [`expected to write Deployments only, found ${written.flat().join(", ")}`]),
        ...(await compareWithGit(bed.client, after, foreign)),
      ],
    },
  };
}
