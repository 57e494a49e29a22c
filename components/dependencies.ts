import type { ComponentResourceOptions, Input, Resource } from "@pulumi/pulumi";

import type { SyncArgs } from "./sync.protocol.ts";

/** An Application that others depend on. */
export interface Prerequisite {
  readonly application: string;
  /** The resource that does it. */
  readonly sync: Resource;
  /** Resolves when the engine has dealt with the resource: to whether that went well. */
  readonly registered: Promise<boolean>;
  /** Why what depends on it cannot go on in this run, known when it has been dealt with; undefined when it can. */
  obstacle(): Promise<string | undefined>;
}

/**
 * What an Application registers once those it depends on have been dealt with: as it runs, if one of them was not synced. It is
 * never left out, because the engine deletes what a program does not register.
 */
export async function holdFor(inputs: SyncArgs, prerequisites: readonly Prerequisite[]): Promise<SyncArgs> {
  const found = await Promise.all(prerequisites.map(async (one) => [one.application, await one.obstacle()] as const));
  if (inputs.hold !== undefined) return inputs;
  const sentences = found.flatMap(([name, obstacle]) => (obstacle === undefined ? [] : [`${name}, which ${obstacle}`]));
  return sentences.length === 0
    ? inputs
    : { ...inputs, hold: `not tried: it depends on ${sentences.join(", and on ")}` };
}

/**
 * Only what is registered can be named to the engine. The state keeps the order for deletions; where one failed, the next run that
 * goes well completes it.
 */
export function after(
  prerequisites: readonly Prerequisite[],
  { dependsOn }: Pick<ComponentResourceOptions, "dependsOn">,
): Pick<ComponentResourceOptions, "dependsOn"> {
  if (prerequisites.length === 0) return dependsOn === undefined ? {} : { dependsOn };
  const others = dependsOn === undefined ? [] : ([dependsOn].flat() as Input<Resource>[]);
  const all: Promise<Input<Resource>[]> = registeredOf(prerequisites).then((syncs) => [...others, ...syncs]);
  return { dependsOn: all };
}

async function registeredOf(prerequisites: readonly Prerequisite[]): Promise<readonly Resource[]> {
  const syncs = await Promise.all(
    prerequisites.map(async ({ sync, registered }) => ((await registered) ? [sync] : [])),
  );
  return syncs.flat();
}
