import type { HealthyRun, HealthyRuns } from "../sync.protocol.ts";

/** Runs that ended are kept so that what ran long enough stays proven after the next one began. */
const MOST_RUNS = 10;

/**
 * Notes which tags run healthy and since when, for an environment that takes only what this one has proven. What is degraded is
 * proven no more, however long it ran before; what is still coming up neither gains nor loses.
 * @param images what runs: image -> tag
 * @param health as in the outputs: `Healthy`, or another status with a message
 * @param now RFC 3339
 */
export function noteHealth(
  before: HealthyRuns | undefined,
  images: Readonly<Record<string, string>>,
  health: string,
  now: string,
): HealthyRuns {
  const entries = Object.entries(images).map(
    ([image, tag]) => [image, noteRun(before?.[image] ?? [], tag, health, now)] as const,
  );
  return Object.fromEntries(entries.filter(([, runs]) => runs.length > 0));
}

function noteRun(runs: readonly HealthyRun[], tag: string, health: string, now: string): readonly HealthyRun[] {
  const ended = runs.map((run) => (run.until === undefined && run.tag !== tag ? { ...run, until: now } : run));
  if (isBroken(health)) return ended.filter((run) => run.tag !== tag);
  const isNoted = ended.some((run) => run.tag === tag && run.until === undefined);
  return isNoted || health !== "Healthy" ? ended : [{ tag, since: now }, ...ended].slice(0, MOST_RUNS);
}

function isBroken(health: string): boolean {
  return /^(?:Degraded|Missing)\b/.test(health);
}
