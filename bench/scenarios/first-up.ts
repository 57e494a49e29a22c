import { brotliCompressSync } from "node:zlib";

import { measure, requireExit } from "../cli.ts";
import type { Figure } from "../figures.ts";
import { atMost, told, toRoof } from "../figures.ts";
import type { Command, Outcome, Scene } from "../scene.ts";
import { commandOf, isHundred, objectsIn, profiles } from "../scene.ts";
import { compareWithGit } from "../verify.ts";

export const UP: readonly string[] = ["up", "--yes", "--skip-preview"];

/** Everything is new: the caches of Git and of renders are empty as well. */
export async function firstUp(scene: Scene): Promise<Outcome> {
  const { bed, fleet, foreign } = scene;
  const measured = await measure(bed, UP, profiles(scene, "first-up"));
  requireExit(measured, 0, "first up");
  const command = commandOf("first up", measured);
  const problems = await compareWithGit(bed.client, fleet, foreign);
  return { fleet, result: { scenario: "first-up", commands: [command], figures: figuresOf(scene, command), problems } };
}

function figuresOf(scene: Scene, command: Command): readonly Figure[] {
  const { roofs, fleet, options } = scene;
  const { seconds, cpuSeconds, requests, usage, stateBytes, stateWrites } = command;
  const { "patch (dry-run)": rehearsed = 0, patch = 0, create = 0 } = requests.byVerb;
  const roof = { name: "dry-run + apply", value: roofs.dryRun + roofs.apply };
  const compressed = { name: "rendered, compressed", value: compressedBytes(scene) / 1000 };
  return [
    toRoof("wall", "s", seconds, roof, 1.3),
    ...(roofs.engine === undefined
      ? []
      : [toRoof("processor time", "CPU s", cpuSeconds, { name: "engine floor", value: roofs.engine.up.cpuSeconds })]),
    atMost("writes and dry-runs an object", "a piece", (rehearsed + patch + create) / objectsIn(fleet), 2.05),
    atMost("LISTs of one kind", "requests", requests.listsOfOneKind, 1),
    toRoof("state", "kB", stateBytes / 1000, compressed, 1.3),
    options.checkpoints === "end"
      ? atMost("state written", "writes", stateWrites, 2)
      : told("state written", "writes", stateWrites),
    told("peak memory of all", "MB", usage.peakRss / 1e6),
    ...(isHundred(scene) ? [atMost("wall at this size", "s", seconds, 8)] : []),
  ];
}

/** What has to be remembered of an application is compressed by itself, as one that changes is written by itself. */
function compressedBytes({ fleet }: Scene): number {
  const sizes = fleet.applications.map(({ objects }) => {
    const rendered = JSON.stringify(objects.map(({ expected }) => expected));
    return brotliCompressSync(rendered).length;
  });
  return sizes.reduce((total, size) => total + size, 0);
}
