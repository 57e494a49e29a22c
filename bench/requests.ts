import type { AuditTrail } from "../test/support/audit.ts";

/** Requests to the API server by verb; dry-runs apart. */
export interface Requests {
  readonly total: number;
  readonly byVerb: Readonly<Record<string, number>>;
  /** LISTs that had been asked before with the same parameters. */
  readonly repeatedLists: number;
}

export function countRequests({ reads, writes }: AuditTrail): Requests {
  const verbs = Map.groupBy([...reads, ...writes], verbOf);
  const counts = [...verbs].map(([verb, all]) => [verb, all.length] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lists = reads.filter((read) => read.startsWith("list "));
  const repeatedLists = lists.length - new Set(lists).size;
  return { total: reads.length + writes.length, byVerb: Object.fromEntries(counts), repeatedLists };
}

function verbOf(request: string): string {
  const verb = request.slice(0, request.indexOf(" "));
  return /[?&]dryRun=All/.test(request) ? `${verb} (dry-run)` : verb;
}
