import type { Shard } from "../application/shard.ts";

/** What a run has said of the Applications of an environment. */
interface Announcement {
  readonly applications: ReadonlySet<string>;
  readonly elsewhere: ReadonlySet<string>;
  readonly shard: Shard;
}

const announcements = new Map<string, Announcement>();

/**
 * Remembers for this process which Applications Git has; the roster is checked before any Application is.
 * @param applications all of the environment
 * @param elsewhere those that other shards deploy
 */
export function announce(
  environment: string,
  applications: readonly string[],
  elsewhere: readonly string[] = [],
  shard: Shard = { index: 1, count: 1 },
): void {
  announcements.set(environment, { applications: new Set(applications), elsewhere: new Set(elsewhere), shard });
}

/** Whether Git had that Application once and has it no more. Without an announcement nobody is taken for gone. */
export function hasLeft(environment: string, application: string): boolean {
  const said = announcements.get(environment);
  return said !== undefined && !said.applications.has(application);
}

/** Whether another shard deploys that Application of Git's from now on. */
export function isElsewhere(environment: string, application: string): boolean {
  return announcements.get(environment)?.elsewhere.has(application) === true;
}

/** The shard that this run deploys, 1 of 1 when that is all; undefined where no program ran, as in `pulumi destroy`. */
export function shardOfRun(environment: string): Shard | undefined {
  return announcements.get(environment)?.shard;
}
