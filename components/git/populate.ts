import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { GitOpsError } from "../error.ts";
import { runLocal, runRemote } from "./command.ts";
import type { GitSetup } from "./command.ts";
import { gitFailure, lacksObject, refusesObjects } from "./failure.ts";
import { inspectObjects } from "./objects.ts";
import type { Remote, Snapshot } from "./remote.ts";
import { retrying } from "./retry.ts";

/** From little to much: the folders only; all of one commit; every branch and tag. What a server refuses leads to the next. */
export type Extent = "folders" | "commit" | "everything";

const EXTENTS: readonly Extent[] = ["folders", "commit", "everything"];

export const FETCH: readonly string[] = [
  "fetch",
  "--quiet",
  "--no-tags",
  "--no-write-fetch-head",
  "--no-recurse-submodules",
  "--no-auto-maintenance",
];

export const ALL_REFS: readonly string[] = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

// Without a promisor remote Git never fetches a missing object by itself, one at a time.
const CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";

/**
 * Fetches a commit into a new repository, which appears at `repository` in one step and complete, or not at all.
 * @throws GitOpsError NotFound when the repository has no such commit, or as the fetch failed
 */
export async function populate(setup: GitSetup, snapshot: Snapshot, repository: string, from: Extent): Promise<void> {
  const temporary = await mkdtemp(join(dirname(repository), "tmp-"));
  try {
    await fetchCommit(setup, snapshot, temporary, EXTENTS.slice(EXTENTS.indexOf(from)));
    await writeFile(join(temporary, "config"), CONFIG);
    await rename(temporary, repository).catch(unlessTaken);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Another process was faster: its repository is as good. */
function unlessTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
}

/** An empty repository, without the templates and hooks of the machine. */
export async function initRepository(setup: GitSetup, repository: string, doing: string): Promise<void> {
  const args = ["init", "--quiet", "--bare", "--template=", "--end-of-options", repository];
  const result = await runLocal(setup, { args });
  if (result.code !== 0) throw gitFailure(doing, result);
}

async function fetchCommit(
  setup: GitSetup,
  snapshot: Snapshot,
  repository: string,
  extents: readonly Extent[],
): Promise<void> {
  const { remote, commit } = snapshot;
  const doing = `fetching ${commit.slice(0, 7)} of ${remote.repoURL}`;
  await initRepository(setup, repository, doing);
  for (const extent of extents) {
    const done = await retrying(setup.pauses, () => fetchExtent(setup, snapshot, repository, extent, doing));
    if (done) return checkCommit(setup, snapshot, repository);
  }
  throw new GitOpsError(`${doing}: the server does not hand it out`, { code: "NotFound" });
}

/** False when the server refuses this way of asking. */
async function fetchExtent(
  setup: GitSetup,
  snapshot: Snapshot,
  repository: string,
  extent: Extent,
  doing: string,
): Promise<boolean> {
  const { remote, commit } = snapshot;
  const [options, what] = argumentsOf(extent, commit);
  const result = await runRemote(setup, {
    repository,
    remote,
    args: [...FETCH, ...options, "--end-of-options", remote.url, ...what],
  });
  if (result.code === 0) return true;
  if (refusesObjects(result.stderr)) return false;
  if (lacksObject(result.stderr)) throw noCommit(snapshot);
  throw gitFailure(doing, result);
}

function argumentsOf(extent: Extent, commit: string): readonly [options: readonly string[], what: readonly string[]] {
  switch (extent) {
    case "folders":
      return [["--depth=1", "--filter=blob:none"], [commit]];
    case "commit":
      return [["--depth=1"], [commit]];
    case "everything":
      return [[], ALL_REFS];
  }
}

async function checkCommit(setup: GitSetup, snapshot: Snapshot, repository: string): Promise<void> {
  const { remote, commit } = snapshot;
  const [found] = await inspectObjects(setup, repository, [commit]);
  if (found === undefined) throw noCommit(snapshot);
  if (found.type === "commit") return;
  throw new GitOpsError(`${commit} of ${remote.repoURL} is a ${found.type}, expected a commit`, { code: "Invalid" });
}

function noCommit({ remote: { repoURL }, commit }: Snapshot): GitOpsError {
  return new GitOpsError(`commit ${commit} does not exist in ${repoURL}`, { code: "NotFound" });
}

/** Brings more objects into a repository, all in one request. False when the server does not hand out single objects. */
export async function fetchObjects(
  setup: GitSetup,
  remote: Remote,
  repository: string,
  hashes: readonly string[],
): Promise<boolean> {
  return retrying(setup.pauses, async () => {
    const args = [...FETCH, "--stdin", "--end-of-options", remote.url];
    const result = await runRemote(setup, {
      repository,
      remote,
      args,
      input: hashes.map((hash) => `${hash}\n`).join(""),
    });
    if (result.code === 0) return true;
    if (refusesObjects(result.stderr) || lacksObject(result.stderr)) return false;
    throw gitFailure(`fetching files of ${remote.repoURL}`, result);
  });
}
