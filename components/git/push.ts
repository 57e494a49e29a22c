import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";

import { GitOpsError } from "../error.ts";
import { listRefs } from "./advertisement.ts";
import { runLocal, runRemote } from "./command.ts";
import type { GitSetup, LocalCall } from "./command.ts";
import { gitFailure } from "./failure.ts";
import { FETCH, initRepository } from "./populate.ts";
import { ensurePrivateFolder } from "./private-folder.ts";
import { BRANCHES } from "./refs.ts";
import type { Remote } from "./remote.ts";
import { retrying } from "./retry.ts";

/** The change of one file; it is made anew when somebody else was faster. */
export interface FileEdit {
  /** Of the names that the file may have the first that is there counts; from the root of the repository. */
  readonly paths: readonly string[];
  /** One of these has to be there too, or nothing is written. @default none */
  readonly beside?: readonly string[];
  /** @param text undefined when none of the names is there */
  readonly edit: (text: string | undefined) => string;
}

export interface Commit {
  readonly branch: string;
  /** The branch that this one is made from while it is not there, to propose something; absent: it has to be there. */
  readonly from?: string;
  readonly edits: readonly FileEdit[];
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
}

const REF = "refs/heads/work";
const ATTEMPTS = 5;
const LOST_RACE =
  /\[(?:remote )?rejected\]|non-fast-forward|fetch first|cannot lock ref|failed to update ref|stale info/;

/**
 * Writes files of a branch in one commit, without a working tree: no hook, filter or symbolic link of the repository has any effect.
 * Somebody else's commit in between is built upon, never overwritten.
 * @returns the commit, or undefined when every file says what it should already
 * @throws GitOpsError as fetching or pushing failed; Conflict when others were faster five times
 */
export async function pushCommit(setup: GitSetup, folder: string, remote: Remote, commit: Commit) {
  await ensurePrivateFolder(folder);
  const repository = await mkdtemp(join(folder, "tmp-"));
  const doing = `writing to ${commit.branch} of ${remote.repoURL}`;
  try {
    await initRepository(setup, repository, doing);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const git = bind(setup, repository, doing);
      const tip = await tipOf(setup, remote, commit);
      await retrying(setup.pauses, () => fetchBranch(setup, repository, remote, tip, doing));
      const made = await makeCommit(git, commit, doing);
      if (made !== undefined && commit.from !== undefined && tip === commit.branch)
        await refuseOthers(git, commit.from, doing);
      if (made === undefined || (await push(setup, repository, remote, commit.branch, made, doing))) return made;
    }
    throw new GitOpsError(`${doing}: others were faster ${ATTEMPTS} times`, { code: "Conflict", retryable: true });
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
}

type Local = (args: readonly string[], more?: Pick<LocalCall, "input">) => Promise<string>;

function bind(setup: GitSetup, repository: string, doing: string): Local {
  return async (args, more = {}) => {
    const result = await runLocal(setup, { repository, args, ...more });
    if (result.code !== 0) throw gitFailure(doing, result);
    return result.stdout.toString("utf8");
  };
}

async function fetchBranch(setup: GitSetup, repository: string, remote: Remote, branch: string, doing: string) {
  const args = [...FETCH, "--depth=1", "--force", "--stdin", "--end-of-options", remote.url];
  const input = `+refs/heads/${branch}:${REF}\n`;
  const result = await runRemote(setup, { repository, remote, args, input });
  if (result.code !== 0) throw gitFailure(doing, result);
}

/** The branch to build upon. */
async function tipOf(setup: GitSetup, remote: Remote, { branch, from }: Commit): Promise<string> {
  if (from === undefined) return branch;
  return (await listRefs(setup, remote, "branches and tags")).has(BRANCHES + branch) ? branch : from;
}

/** A template may lead to a branch that somebody else works on, or deploys from. */
async function refuseOthers(git: Local, from: string, doing: string): Promise<void> {
  const message = await git(["log", "-1", "--format=%B", REF]);
  if (message.split("\n").includes(trailerOf(from))) return;
  const reason = "the branch is there, and its last commit is none of ours; merge it or delete it";
  throw new GitOpsError(`${doing}: ${reason}`, { code: "Refused" });
}

function trailerOf(from: string): string {
  return `Proposal-for: ${from}`;
}

async function makeCommit(
  git: Local,
  { from, edits, message, author }: Commit,
  doing: string,
): Promise<string | undefined> {
  const files = await filesIn(git);
  await git(["read-tree", REF]);
  let changed = false;
  for (const { paths, beside, edit } of edits) {
    if (beside !== undefined && !beside.some((path) => files.has(path))) throw missing(doing, beside);
    const path = paths.find((one) => files.has(one)) ?? paths[0] ?? "";
    const mode = files.get(path) ?? "100644";
    if (!mode.startsWith("100")) throw new GitOpsError(`${doing}: ${path} is no file`, { code: "Refused" });
    const before = files.has(path) ? await git(["cat-file", "blob", `${REF}:${path}`]) : undefined;
    const after = edit(before);
    if (after === before) continue;
    const hash = (await git(["hash-object", "-w", "--stdin"], { input: after })).trim();
    await git(["update-index", "--add", "--cacheinfo", `${mode},${hash},${path}`]);
    changed = true;
  }
  if (!changed) return undefined;
  const tree = (await git(["write-tree"])).trim();
  const text = from === undefined ? message : `${message.trimEnd()}\n\n${trailerOf(from)}\n`;
  const identity = ["-c", `user.name=${author.name}`, "-c", `user.email=${author.email}`];
  return (await git([...identity, "commit-tree", tree, "-p", REF, "-F", "-"], { input: text })).trim();
}

/** Mode by path; every file, because a monorepo's folder says little about where a target lies. */
async function filesIn(git: Local): Promise<ReadonlyMap<string, string>> {
  const lines = (await git(["ls-tree", "-r", "-z", "--full-tree", REF])).split("\0").filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [mode = "", , , path = ""] = /^(\d+) (\w+) (\S+)\t(.*)$/s.exec(line)?.slice(1) ?? [];
      return [path, mode] as const;
    }),
  );
}

/** False when somebody else was faster. */
async function push(
  setup: GitSetup,
  repository: string,
  remote: Remote,
  branch: string,
  commit: string,
  doing: string,
): Promise<boolean> {
  const args = ["push", "--quiet", "--no-verify", "--end-of-options", remote.url, `${commit}:refs/heads/${branch}`];
  return retrying(setup.pauses, async () => {
    const result = await runRemote(setup, { repository, remote, args });
    if (result.code === 0) return true;
    if (LOST_RACE.test(result.stderr)) return false;
    throw gitFailure(doing, result);
  });
}

function missing(doing: string, paths: readonly string[]): GitOpsError {
  return new GitOpsError(`${doing}: there is none of ${paths.join(", ")}`, { code: "NotFound" });
}
