import { runChild } from "../git/child.ts";
import type { ChildLimits, CommandLine } from "../git/limits.ts";
import { findProgram, withLimits } from "../git/limits.ts";

/** Runs a command where it reaches no network and holds no more than its limits. */
export type Isolate = (command: CommandLine) => CommandLine;

const PROBE_TIMEOUT_MS = 5_000;

/**
 * Finds out what this machine offers, once:
 * as root a network namespace of its own (`unshare --net`), for a user the same inside a user namespace (`--user --map-root-user`) where the
 * kernel permits it; in it there are no interfaces, so also no loopback. Elsewhere (macOS, hardened kernels) only {@link closedProxies} hold,
 * and what a kustomization names has been checked before.
 */
export async function findIsolation(path: string | undefined, limits: ChildLimits): Promise<Isolate> {
  const prlimit = findProgram("prlimit", path);
  const prefix = await findNamespace(path);
  return (command) => withLimits(prefix === undefined ? command : [...prefix, ...command], limits, prlimit);
}

async function findNamespace(path: string | undefined): Promise<CommandLine | undefined> {
  const [unshare, nothing] = [findProgram("unshare", path), findProgram("true", path)];
  if (unshare === undefined || nothing === undefined) return undefined;
  const ways: readonly CommandLine[] = [
    [unshare, "--net", "--"],
    [unshare, "--user", "--map-root-user", "--net", "--"],
  ];
  for (const way of ways) if (await works([...way, nothing])) return way;
  return undefined;
}

async function works([command, ...args]: CommandLine): Promise<boolean> {
  const { code } = await runChild({ command, args, env: {}, timeoutMs: PROBE_TIMEOUT_MS, maxOutputBytes: 1024 });
  return code === 0;
}

/** Every request would go to a port where nothing listens. Go asks no proxy for loopback addresses. */
export const closedProxies: Readonly<Record<string, string>> = Object.fromEntries(
  ["http_proxy", "https_proxy", "all_proxy"].flatMap((name) => [
    [name, "http://127.0.0.1:9"],
    [name.toUpperCase(), "http://127.0.0.1:9"],
  ]),
);
