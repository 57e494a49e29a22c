import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { GitOpsError } from "../error.ts";
import { runLocal, runRemote } from "./command.ts";
import type { GitSetup } from "./command.ts";
import { gitFailure, lacksObject, refusesObjects } from "./failure.ts";
import { inspectObjects } from "./objects.ts";
import { ALL_REFS, FETCH, initRepository } from "./populate.ts";
import type { Remote } from "./remote.ts";
import { retrying } from "./retry.ts";
import type { Store } from "./store.ts";

/** Where a ref went: on from the commit it was at, back to one that came before it, or to one that it does not lead to. */
export type Course = "on" | "back" | "aside";

/** How many commits deep a first, a second and a last look goes: most of what moved has moved by a few. */
const DEPTHS = ["--depth=64", "--depth=4096", undefined] as const;

interface Walk {
  readonly setup: GitSetup;
  readonly remote: Remote;
  readonly repository: string;
}

/**
 * How one commit of a repository relates to another, by the commits alone: no folder and no file is fetched.
 * @throws GitOpsError as the request failed; a `from` that the server does not have any more is "aside"
 */
export async function courseOf(store: Store, remote: Remote, from: string, to: string): Promise<Course> {
  await store.prepare();
  const repository = await mkdtemp(join(store.cacheFolder, "tmp-"));
  try {
    const walk: Walk = { setup: store.setup, remote, repository };
    await initRepository(store.setup, repository, doing(remote));
    for (const depth of DEPTHS) {
      await fetchCommits(walk, to, depth);
      if (await leads(walk, from, to)) return "on";
      if (await isWhole(repository)) break;
    }
    return (await fetchCommits(walk, from, undefined)) && (await leads(walk, to, from)) ? "back" : "aside";
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
}

function doing({ repoURL }: Remote): string {
  return `reading the history of ${repoURL}`;
}

/** False when the server does not have the commit, or does not hand it out. */
async function fetchCommits(walk: Walk, commit: string, depth: string | undefined): Promise<boolean> {
  const options = depth === undefined ? await unshallow(walk.repository) : [depth];
  const result = await fetchInto(walk, options, [commit]);
  if (result.code === 0) return true;
  if (lacksObject(result.stderr)) return false;
  if (!refusesObjects(result.stderr)) throw gitFailure(doing(walk.remote), result);
  // An older server hands out nothing but branches and tags.
  const all = await fetchInto(walk, await unshallow(walk.repository), ALL_REFS);
  if (all.code !== 0) throw gitFailure(doing(walk.remote), all);
  return isThere(walk, commit);
}

function fetchInto({ setup, remote, repository }: Walk, options: readonly string[], what: readonly string[]) {
  const args = [...FETCH, "--filter=tree:0", ...options, "--end-of-options", remote.url, ...what];
  return retrying(setup.pauses, async () => {
    const result = await runRemote(setup, { repository, remote, args });
    const failure = result.code === 0 ? undefined : gitFailure(doing(remote), result);
    if (failure?.retryable === true) throw failure;
    return result;
  });
}

/** Whether `to` comes after `from`, as far as the commits are here. */
async function leads(walk: Walk, from: string, to: string): Promise<boolean> {
  if (!(await isThere(walk, from)) || !(await isThere(walk, to))) return false;
  const { setup, repository } = walk;
  const { code } = await runLocal(setup, { repository, args: ["merge-base", "--is-ancestor", from, to] });
  if (code === 0 || code === 1) return code === 0;
  throw new GitOpsError(`${doing(walk.remote)}: its commits cannot be compared`, { code: "Failed" });
}

async function isThere({ setup, repository }: Walk, commit: string): Promise<boolean> {
  const [found] = await inspectObjects(setup, repository, [commit]);
  return found?.type === "commit";
}

async function isWhole(repository: string): Promise<boolean> {
  return (await readFile(join(repository, "shallow"), "utf8").catch(() => "")) === "";
}

/** Git refuses `--unshallow` where nothing is shallow. */
async function unshallow(repository: string): Promise<readonly string[]> {
  return (await isWhole(repository)) ? [] : ["--unshallow"];
}
