import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import type { RenderedAlone, RenderJob } from "../alone/render.ts";
import { runAlone } from "../alone/run.ts";
import { atMost, told, toRoof } from "../figures.ts";
import { pathOf, urlOf } from "../fleet.ts";
import type { Outcome, Scene } from "../scene.ts";
import { objectsIn } from "../scene.ts";

/** Of the cached render of a thousand applications; fewer take their share, and a start. */
const WARM_SECONDS = 0.3;

/** All applications rendered without Pulumi, with an empty cache and with a full one; their files are fetched before. */
export async function render(scene: Scene): Promise<Outcome> {
  const { bed, fleet, options } = scene;
  const cache = join(bed.folder, "render");
  await mkdir(cache);
  const jobs = fleet.applications.map(({ name, namespace, repository }): RenderJob => {
    return { application: name, namespace, repoURL: urlOf(repository), path: pathOf(name) };
  });
  await writeFile(join(cache, "jobs.json"), JSON.stringify(jobs));
  const { found, cpuSeconds, peakRss } = await runAlone<RenderedAlone>(
    bed,
    "render",
    [join(cache, "jobs.json"), cache],
    {
      ...(options.cpuProfiles === undefined ? {} : { cpuProfiles: join(options.cpuProfiles, "render") }),
    },
  );
  const { single, cold, warm, objects } = found;
  const value = (single * jobs.length) / availableParallelism();
  const expected = objectsIn(fleet);
  return {
    fleet,
    result: {
      ...{ scenario: "render", commands: [] },
      figures: [
        told("one render", "s", single),
        toRoof("cold", "s", cold, { name: "one render x applications / cores", value }, 1.1),
        atMost("warm", "s", warm, WARM_SECONDS),
        told("processor time of the process and kustomize, fetches included", "CPU s", cpuSeconds),
        told("peak memory of the same", "MB", peakRss / 1e6),
      ],
      problems: objects === expected ? [] : [`expected ${expected} rendered objects, found ${objects}`],
    },
  };
}
