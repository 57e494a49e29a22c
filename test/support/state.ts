import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expectExit } from "./expect-exit.ts";
import type { Stack, World } from "./world.ts";

/** A resource of a state that is to be changed. */
export interface AlterableResource {
  readonly type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

export function syncsIn(resources: readonly AlterableResource[]): readonly AlterableResource[] {
  return resources.filter(({ type }) => type === "pulumi-nodejs:dynamic/gitops:Sync");
}

/** Changes the state of a stack outside of a run. */
export async function alterState(
  world: World,
  stack: Stack,
  alter: (resources: readonly AlterableResource[]) => void | Promise<void>,
): Promise<void> {
  const state = await world.exported(stack);
  await alter(state.deployment.resources ?? []);
  const file = join(world.folder, "altered-state.json");
  await writeFile(file, JSON.stringify(state));
  expectExit(await world.pulumi(["stack", "import", `--stack=${stack}`, `--file=${file}`]), 0);
}
