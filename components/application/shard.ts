import { createHash } from "node:crypto";

/** One of several stacks that deploy an environment together, each its own Applications. */
export interface Shard {
  /** From 1 on. */
  readonly index: number;
  readonly count: number;
  /** The count that this one follows when it is smaller: a person's consent. */
  readonly before?: number;
}

interface Member {
  readonly name: string;
  readonly dependencies?: { readonly names: readonly string[] };
}

/** Which of `count` shards a name is in, the same everywhere. Where the count grows by one, a name stays or goes to the new shard. */
export function shardOf(name: string, count: number): number {
  let best = 1;
  let highest = "";
  for (let index = 1; index <= count; index++) {
    const weight = createHash("sha256").update(`${index} ${name}`).digest("hex");
    if (weight > highest) [best, highest] = [index, weight];
  }
  return best;
}

/**
 * The shard of each Application, by name. Those that depend on each other stay together, because only one run can know that what
 * another one needs is there: the first name among them decides.
 */
export function shardsOf(applications: readonly Member[], count: number): ReadonlyMap<string, number> {
  const leaders = leadersOf(applications);
  return new Map(applications.map(({ name }) => [name, shardOf(leaders.get(name) ?? name, count)]));
}

/** Name -> the first name, in alphabetical order, among all that it is connected with by dependencies. */
function leadersOf(applications: readonly Member[]): ReadonlyMap<string, string> {
  const neighbours = new Map<string, string[]>(applications.map(({ name }) => [name, []]));
  for (const { name, dependencies } of applications)
    for (const other of dependencies?.names ?? []) {
      neighbours.get(name)?.push(other);
      neighbours.get(other)?.push(name);
    }
  const leaders = new Map<string, string>();
  for (const start of [...neighbours.keys()].toSorted()) {
    const connected = leaders.has(start) ? [] : [start];
    for (const name of connected) {
      if (leaders.has(name)) continue;
      leaders.set(name, start);
      connected.push(...(neighbours.get(name) ?? []));
    }
  }
  return leaders;
}
