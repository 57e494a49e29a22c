import type { Measured } from "../cli.ts";
import { measure, requireExit } from "../cli.ts";
import type { Figure } from "../figures.ts";
import { atMost, told, toRoof } from "../figures.ts";
import type { Cost } from "../floor.ts";
import { writingVerbs } from "../requests.ts";
import type { Command, Outcome, Scene } from "../scene.ts";
import { commandOf, isHundred, kindsIn, profiles } from "../scene.ts";

export const NO_OP = "no-op preview";

/** Nothing has changed, the caches are warm. */
export async function noOp(scene: Scene): Promise<Outcome> {
  const { bed, fleet, options, roofs } = scene;
  const [all, floors]: [Measured[], Cost[]] = [[], []];
  for (let run = 0; run < options.runs; run++) {
    // In turn: what else runs on the machine then meets both.
    if (roofs.engine !== undefined) floors.push(await roofs.engine.previewAgain());
    const measured = await measure(bed, ["preview", "--expect-no-changes"], profiles(scene, "no-op"));
    requireExit(measured, 0, NO_OP);
    all.push(measured);
  }
  const command = commandOf(NO_OP, median(all));
  const problems = all.flatMap(({ requests }) => writesOf(requests));
  return {
    fleet,
    result: { scenario: "no-op", commands: [command], figures: figuresOf(scene, command, floors), problems },
  };
}

/** The run in the middle. */
export function median<T extends Pick<Measured, "seconds">>(all: readonly T[]): T {
  const middle = all.toSorted((a, b) => a.seconds - b.seconds)[Math.floor((all.length - 1) / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}

/** A preview must not write. */
export function writesOf(requests: Measured["requests"]): readonly string[] {
  const verbs = writingVerbs(requests);
  return verbs.length === 0 ? [] : [`a preview wrote: ${verbs.join(", ")}`];
}

function figuresOf(scene: Scene, command: Command, floors: readonly Cost[]): readonly Figure[] {
  const { seconds, requests, servers, usage } = command;
  const { fleet } = scene;
  const megabytes = usage.peakRss / 1e6;
  const ownMegabytes = ((usage.peakRssOf.program ?? 0) + (usage.peakRssOf.provider ?? 0)) / 1e6;
  const images = fleet.applications.length;
  return [
    ...(floors.length === 0 ? [] : ratiosTo(median(floors), command)),
    atMost("API requests", "requests", requests.total, kindsIn(fleet) + 10),
    atMost("Git requests a repository", "a piece", servers.git / fleet.repositories.length, 1),
    atMost("registry requests an image", "a piece", (servers.tagLists + servers.otherRegistry) / images, 1.05),
    told("tokens an image", "a piece", servers.tokens / images),
    atMost("peak memory of program and provider", "MB", ownMegabytes, 700),
    ...(isHundred(scene)
      ? [
          atMost("wall at this size", "s", seconds, 4.5),
          atMost("API requests at this size", "requests", requests.total, 25),
          atMost("peak memory of all at this size", "MB", megabytes, 350),
        ]
      : []),
  ];
}

function ratiosTo(floor: Cost, { seconds, cpuSeconds, usage }: Command): readonly Figure[] {
  const roof = (value: number) => ({ name: "engine floor", value });
  return [
    toRoof("wall", "s", seconds, roof(floor.seconds), 1.25),
    toRoof("processor time", "CPU s", cpuSeconds, roof(floor.cpuSeconds)),
    toRoof("peak memory of all", "MB", usage.peakRss / 1e6, roof(floor.peakRss / 1e6)),
  ];
}
