import { compareVersions, parseVersion } from "../version/version.ts";
import { withoutDigest } from "./reference.ts";

/** What another environment, such as QA, has proven by running it. */
export interface Proof {
  /**
   * Why a tag may not be taken yet; continues a sentence that begins with the tag. Undefined when it is proven.
   * @param version the part of the tag that is its version: `v1.0.7` of `qa-v1.0.7`
   * @param digest what the tag stands for, where that is known
   */
  objection(image: string, tag: string, version: string, digest?: string): string | undefined;
}

/** A tag that ran healthy in the other environment. */
export interface ProvenRun {
  readonly tag: string;
  readonly version?: string;
  /** RFC 3339. */
  readonly since: string;
  /** RFC 3339; absent while it runs. */
  readonly until?: string;
}

export interface ProofOptions {
  /** The stack output `applications` of the other environment, whatever it is. */
  readonly applications: unknown;
  /** How it is called in a message: `stack qa`. */
  readonly source: string;
  readonly healthyForMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Json = Readonly<Record<string, unknown>>;

/** Without a readable output nothing is proven. */
export function createProof({ applications, source, healthyForMs, now }: ProofOptions): Proof {
  const runs = runsIn(applications);
  const duration = formatDuration(healthyForMs);
  return {
    objection: (image, tag, version, digest) => {
      if (runs === undefined) return `is not proven: ${source} says nothing of its applications`;
      const same = (runs.get(image) ?? []).filter((run) => isSame(run, tag, version, digest));
      if (same.length === 0) return `is not proven: ${source} has not run it healthy`;
      const longest = Math.max(...same.map((run) => lengthOf(run, now)));
      if (longest >= healthyForMs) return undefined;
      return `is not proven: it ran healthy in ${source} for ${formatDuration(longest)}, ${duration} are asked for`;
    },
  };
}

/** By image; an image may run in several applications. */
function runsIn(applications: unknown): ReadonlyMap<string, readonly ProvenRun[]> | undefined {
  if (!isRecord(applications)) return undefined;
  const all = Object.values(applications).flatMap((status) => {
    const healthy = isRecord(status) ? status["healthy"] : undefined;
    if (!isRecord(healthy)) return [];
    return Object.entries(healthy).map(
      ([image, runs]) => [image, Array.isArray(runs) ? runs.filter(isRun) : []] as const,
    );
  });
  const byImage = Map.groupBy(all, ([image]) => image);
  return new Map([...byImage].map(([image, entries]) => [image, entries.flatMap(([, runs]) => runs)]));
}

/** The same tag, or the same version under another name; a digest that is known on both sides has to agree. */
function isSame(run: ProvenRun, tag: string, version: string, digest: string | undefined): boolean {
  const name = withoutDigest(run.tag);
  if (name !== tag) return isSameVersion(run.version ?? name, version);
  const ran = run.tag === name ? undefined : run.tag.slice(name.length + 1);
  return ran === undefined || digest === undefined || ran === digest;
}

function isSameVersion(a: string, b: string): boolean {
  const [one, other] = [parseVersion(a), parseVersion(b)];
  return one !== undefined && other !== undefined && compareVersions(one, other) === 0;
}

function lengthOf({ since, until }: ProvenRun, now: number): number {
  return (until === undefined ? now : Date.parse(until)) - Date.parse(since);
}

function formatDuration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.floor(milliseconds / 1000))}s`;
  return minutes < 120 ? `${minutes}m` : `${Math.floor(minutes / 60)}h`;
}

function isRun(value: unknown): value is ProvenRun {
  if (!isRecord(value)) return false;
  const { tag, version, since, until } = value;
  const isMoment = (text: unknown) => typeof text === "string" && !Number.isNaN(Date.parse(text));
  return (
    typeof tag === "string" &&
    (version === undefined || typeof version === "string") &&
    isMoment(since) &&
    (until === undefined || isMoment(until))
  );
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
