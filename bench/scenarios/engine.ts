import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { runOrFail } from "../../test/support/command.ts";
import type { ResourceState } from "../../test/support/pulumi.ts";
import type { LookedAlone } from "../alone/look.ts";
import { runAlone } from "../alone/run.ts";
import { STACK } from "../bed.ts";
import { told, toRoof } from "../figures.ts";
import type { Outcome, Scene } from "../scene.ts";
import { kindsIn } from "../scene.ts";

const ROOF = "metadata LISTs, parsed";

/** Every application compared with the cluster, without Pulumi: what the refresh of a preview does, in a process of its own. */
export async function engineAlone(scene: Scene): Promise<Outcome> {
  const { bed, fleet, options } = scene;
  const exported = await runOrFail("pulumi", ["stack", "export", `--stack=${STACK}`, "--show-secrets"], {
    ...{ cwd: bed.project, env: bed.env },
  });
  const { deployment } = JSON.parse(exported) as { readonly deployment: { readonly resources: ResourceState[] } };
  const outputs = deployment.resources
    .filter(({ type }) => type === "pulumi-nodejs:dynamic/gitops:Sync")
    .map((resource) => resource.outputs);
  const file = join(bed.folder, "outputs.json");
  await writeFile(file, JSON.stringify(outputs));
  const { found, peakRss, cpuSeconds } = await runAlone<LookedAlone>(bed, "look", [file, bed.env["KUBECONFIG"] ?? ""], {
    ...(options.cpuProfiles === undefined ? {} : { cpuProfiles: join(options.cpuProfiles, "engine") }),
  });
  const { lists, look, kinds, drifted } = found;
  const wrong = kinds === kindsIn(fleet) ? [] : [`expected ${kindsIn(fleet)} kinds to be listed, found ${kinds}`];
  return {
    fleet,
    result: {
      ...{ scenario: "engine", commands: [] },
      figures: [
        toRoof("engine code alone", "s", look.seconds, { name: ROOF, value: lists.seconds }, 2),
        toRoof("processor time of it", "CPU s", look.cpuSeconds, { name: ROOF, value: lists.cpuSeconds }),
        told("processor time of the process, loading and both", "CPU s", cpuSeconds),
        told("peak memory of the process", "MB", peakRss / 1e6),
      ],
      problems: drifted.length === 0 ? wrong : [...wrong, `drift was found where there is none: ${drifted.join("; ")}`],
    },
  };
}
