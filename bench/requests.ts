import type { AuditTrail } from "../test/support/audit.ts";

/** Requests of the CLI to the API server. */
export interface Requests {
  readonly total: number;
  /** The same by the API server's own metrics, where this account has a flow schema of its own. */
  readonly metered: number;
  /** Dry-runs apart. */
  readonly byVerb: Readonly<Record<string, number>>;
  /** Of the kind that was listed most often. */
  readonly listsOfOneKind: number;
  /** What changed an object: neither dry-runs nor the Lease that runs take from each other. */
  readonly written: readonly string[];
}

const READS = new Set(["get", "list", "watch"]);

export function countRequests({ reads, writes }: AuditTrail, metered: number): Requests {
  const verbs = Map.groupBy([...reads, ...writes], verbOf);
  const counts = [...verbs].map(([verb, all]) => [verb, all.length] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lists = Map.groupBy(
    reads.filter((read) => read.startsWith("list ")),
    (read) => read.split("?")[0],
  );
  return {
    ...{ total: reads.length + writes.length, metered },
    byVerb: Object.fromEntries(counts),
    listsOfOneKind: Math.max(0, ...[...lists.values()].map((all) => all.length)),
    written: writes.filter((write) => !isDryRun(write) && !write.includes("/coordination.k8s.io/")),
  };
}

/** Verbs that are no reads. */
export function writingVerbs({ byVerb }: Requests): readonly string[] {
  return Object.keys(byVerb).filter((verb) => !READS.has(verb));
}

function verbOf(request: string): string {
  const verb = request.slice(0, request.indexOf(" "));
  return isDryRun(request) ? `${verb} (dry-run)` : verb;
}

function isDryRun(request: string): boolean {
  return /[?&]dryRun=All/.test(request);
}
