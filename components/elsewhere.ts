import pMap from "p-map";

import { SKIP_RECONCILE } from "./application/argo-annotations.ts";
import type { OverlaidApplication } from "./application/overlay.ts";
import type { Shard } from "./application/shard.ts";
import { shardsOf } from "./application/shard.ts";
import type { Assignments } from "./assignments.ts";
import type { Deployed } from "./deployed.ts";
import type { Infra } from "./infra.ts";
import { formatRef, refOf } from "./manifest/object.ts";
import { renderSources } from "./rendered.ts";
import type { OpenSources } from "./sources.ts";

const AT_ONCE = 8;

/** Names of the Applications that other shards deploy. */
export function namesElsewhere({ applications, broken }: Infra, shard: Shard | undefined): ReadonlySet<string> {
  if (shard === undefined) return new Set();
  const others = [...shardsOf([...applications, ...broken], shard.count)].filter(([, index]) => index !== shard.index);
  return new Set(others.map(([name]) => name).toSorted());
}

/** Whether this stack has deployed Applications that Git has no more. @param names all that Git has */
export function hasVanished({ sources }: Deployed, names: ReadonlySet<string>): boolean {
  return [...sources.keys()].some((name) => !names.has(name));
}

/**
 * Tells what the Applications of other shards state, so that an object that moves between shards is never deleted. That takes
 * rendering them, and is only done where this run may give objects up or take some over; otherwise nobody knows, and nothing goes.
 */
export async function tellElsewhere(
  specs: readonly OverlaidApplication[],
  isNeeded: Promise<boolean>,
  { sources, assignments }: { readonly sources: OpenSources; readonly assignments: Assignments },
): Promise<void> {
  const needed = await isNeeded;
  const tell = async (spec: OverlaidApplication) => {
    const application = spec.name;
    if (spec.annotations[SKIP_RECONCILE] === "true") assignments.tell({ application, skipped: true });
    else assignments.tell({ application, ...(needed ? await statedBy(spec, sources) : {}) });
  };
  await pMap(specs, tell, { concurrency: AT_ONCE });
}

/** Nothing is known of what its own shard cannot read either. */
async function statedBy(spec: OverlaidApplication, sources: OpenSources): Promise<{ objects?: readonly string[] }> {
  try {
    const { objects } = await renderSources(spec, sources, () => undefined);
    return { objects: objects.map((object) => formatRef(refOf(object))) };
  } catch {
    return {};
  }
}
