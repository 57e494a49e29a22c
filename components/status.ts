import type { FollowedSource } from "./follow-charts.ts";
import type { ProvenRun } from "./image/proof.ts";
import { withoutDigest } from "./image/reference.ts";
import { parseTagFilter } from "./image/tag-filter.ts";
import type { HealthyRuns, PastSync, ProgramInputs } from "./sync.protocol.ts";
import type { Observed } from "./sync.state.ts";

/** Version of the stack output's form; it grows when a field changes its meaning. */
const SCHEMA = 1;

/** What a stack output says of one Application. */
export interface ApplicationStatus {
  readonly schema: number;
  readonly application: string;
  /** Commit that was deployed. */
  readonly revision: string;
  /** What each source was at then; the next run compares with it. Absent in what older versions wrote. */
  readonly sources?: readonly FollowedSource[];
  readonly images: Readonly<Record<string, string>>;
  /** When they were built, of those that the strategy newest-build chose; absent when there are none. */
  readonly builtAt?: Readonly<Record<string, string>>;
  readonly sync: "Synced" | "OutOfSync" | "Unknown";
  readonly health: { readonly status: string; readonly message: string };
  /** By image: tags that run healthy or ran, and since when; what another stack may take for proven. */
  readonly healthy: Readonly<Record<string, readonly ProvenRun[]>>;
  /** The last syncs, newest first; absent when this run's sync failed, because then the state alone knows. */
  readonly history?: readonly PastSync[];
  /** Objects in the cluster, in apply order. */
  readonly resources: readonly string[];
  readonly conditions: readonly string[];
}

interface Told extends Pick<ProgramInputs, "application" | "revision" | "hold" | "candidates"> {
  /** What the sources are at now, and what they were at when they were last deployed. */
  readonly followed: readonly FollowedSource[];
  readonly deployed: readonly FollowedSource[];
  /** Tags that wait in Git for somebody to merge them: sentences. */
  readonly proposed: readonly string[];
}

/**
 * @param observed what the last sync left; empty when it failed
 * @param told what this run wants: the engine keeps old outputs when nothing changes, so a newer commit with the same
 *   manifests is only known from here
 */
export function statusOf(observed: Partial<Observed>, told: Told): ApplicationStatus {
  const { revision = "", images = {}, builtAt, inventory = [], drift = [], conditions = [] } = observed;
  const { health = "Unknown: the sync failed, see the error of its resource", complete = false } = observed;
  const held = told.hold === undefined ? [] : [`on hold: ${told.hold}`];
  const isDeployed = complete && told.hold === undefined;
  const isSynced = complete && drift.length === 0 && held.length === 0;
  return {
    schema: SCHEMA,
    application: told.application,
    revision: isDeployed ? told.revision : revision,
    sources: isDeployed ? told.followed : told.deployed,
    images,
    ...(builtAt === undefined ? {} : { builtAt }),
    sync: isSynced ? "Synced" : observed.complete === undefined ? "Unknown" : "OutOfSync",
    health: parseHealth(health),
    healthy: withVersions(observed.healthy ?? {}, told.candidates),
    ...(observed.history === undefined ? {} : { history: observed.history }),
    resources: inventory,
    conditions: [...held, ...told.proposed, ...conditions],
  };
}

function parseHealth(text: string): ApplicationStatus["health"] {
  const [status = "", message = ""] = text.split(/: (.*)/s, 2);
  return { status, message };
}

/** Which part of a tag is its version only the policy says, and the other stack has another one. */
function withVersions(healthy: HealthyRuns, candidates: ProgramInputs["candidates"]): ApplicationStatus["healthy"] {
  const entries = Object.entries(healthy).map(([image, runs]) => {
    const allowTags = Object.hasOwn(candidates, image) ? candidates[image]?.allowTags : undefined;
    const { versionOf } = parseTagFilter(allowTags).filter;
    const named = runs.map((run) => {
      const version = versionOf(withoutDigest(run.tag));
      return version === undefined ? run : { ...run, version };
    });
    return [image, named] as const;
  });
  return Object.fromEntries(entries);
}
