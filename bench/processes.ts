import { readdir, readFile } from "node:fs/promises";

import { commandOf } from "../test/support/processes.ts";

/** Who a process of the CLI is. */
export type Role = "engine" | "language host" | "program" | "provider" | "other";

/** What a tree of processes used. */
export interface Usage {
  /** Most that all of them had at one moment; pages that several share count for each. Bytes. */
  readonly peakRss: number;
  /** The same for one role. Bytes. */
  readonly peakRssOf: Readonly<Partial<Record<Role, number>>>;
  /** Processor time as last seen, so that the last moments of a process are missing. Seconds. */
  readonly cpuOf: Readonly<Partial<Record<Role, number>>>;
}

/** A look is time taken from what is measured. */
const INTERVAL_MS = 250;
const PAGE = 4096;
/** Linux on x86-64 counts processor time in hundredths of a second for every user. */
const TICKS_PER_SECOND = 100;

interface Seen {
  readonly role: Role;
  readonly rss: number;
  readonly cpu: number;
}

/** Looks at a process and all it starts until told to stop. */
export function followProcesses(pid: number): () => Promise<Usage> {
  const members = familyOf(pid);
  const roles = new Map<number, Role>();
  const cpu = new Map<number, Seen>();
  const peakRssOf: Partial<Record<Role, number>> = {};
  const stop = Promise.withResolvers<"stopped">();
  let peakRss = 0;

  async function look(): Promise<void> {
    const pids = await members();
    const seen = await Promise.all(pids.map((each) => see(each, pid, roles)));
    const alive = pids.flatMap((each, index) => (seen[index] === undefined ? [] : [[each, seen[index]] as const]));
    for (const [each, now] of alive) cpu.set(each, now);
    const groups = Map.groupBy(alive, ([, { role }]) => role);
    for (const [role, group] of groups) {
      const rss = sum(group.map(([, now]) => now.rss));
      peakRssOf[role] = Math.max(peakRssOf[role] ?? 0, rss);
    }
    peakRss = Math.max(peakRss, sum(alive.map(([, now]) => now.rss)));
  }

  async function follow(): Promise<void> {
    for (;;) {
      await look();
      const pause = new Promise<"go on">((resolve) => setTimeout(() => resolve("go on"), INTERVAL_MS));
      if ((await Promise.race([stop.promise, pause])) === "stopped") return;
    }
  }

  const following = follow();
  return async () => {
    stop.resolve("stopped");
    await following;
    const groups = Map.groupBy(cpu.values(), ({ role }) => role);
    const cpuOf = Object.fromEntries([...groups].map(([role, group]) => [role, sum(group.map((each) => each.cpu))]));
    return { peakRss, peakRssOf, cpuOf };
  };
}

/** Of all processes together. */
export function cpuSecondsOf({ cpuOf: byRole }: Usage): number {
  return sum(Object.values(byRole));
}

/** Processor time of a process so far, in seconds. */
export async function cpuOf(pid: number): Promise<number> {
  const stat = await statOf(pid);
  return stat === undefined ? 0 : cpuIn(stat);
}

async function see(pid: number, root: number, roles: Map<number, Role>): Promise<Seen | undefined> {
  const stat = await statOf(pid);
  if (stat === undefined) return undefined;
  // A process has the command of its parent until it starts its own, so a role that is not clear is asked for again.
  const known = roles.get(pid);
  const role = known === undefined || known === "other" ? roleOf(await commandOf(pid), pid === root) : known;
  roles.set(pid, role);
  return { role, rss: Number(stat[21]) * PAGE, cpu: cpuIn(stat) };
}

/** Finds a process and all it has started. Each process is asked once for its parent: there are many, and hardly any are of the family. */
function familyOf(root: number): () => Promise<readonly number[]> {
  const family = new Set([root]);
  const strangers = new Set<number>();
  return async () => {
    const alive = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
    const unknown = alive.filter((each) => !family.has(each) && !strangers.has(each));
    const parents = await Promise.all(unknown.map(async (each) => Number((await statOf(each))?.[1])));
    // In the order of their numbers, so that a parent is known before its children.
    for (const [index, each] of unknown.entries()) (family.has(parents[index] ?? 0) ? family : strangers).add(each);
    return alive.filter((each) => family.has(each));
  };
}

function roleOf(command: string, isRoot: boolean): Role {
  if (isRoot) return "engine";
  if (/dynamic-provider|pulumi-resource-pulumi-nodejs/.test(command)) return "provider";
  if (command.includes("pulumi-language-nodejs")) return "language host";
  if (command.includes("@pulumi/pulumi/cmd/run")) return "program";
  return "other";
}

function cpuIn(stat: readonly string[]): number {
  return (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND;
}

/** proc_pid_stat(5) from the third field on: the name before it is in brackets and may hold anything. */
async function statOf(pid: number): Promise<readonly string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
