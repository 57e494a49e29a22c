import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { runOrFail } from "./command.ts";
import type { Sandbox } from "./sandbox.ts";

/** Path in the repository -> new text, `undefined` to delete the file, or what to make of the present text. */
export type Changes = Readonly<Record<string, string | undefined | ((text: string) => string)>>;

/** A service's repository on the sandbox's Git server, changed by real commits and pushes. */
export interface Repository {
  /** Starts the branch from `main` when it does not exist yet. @returns the new commit */
  push(branch: string, changes: Changes): Promise<string>;
  /** Commit of a branch as last pushed. */
  commitOf(branch: string): Promise<string>;
  /** Pushes the branch back to an earlier commit, by force. */
  reset(branch: string, commit: string): Promise<void>;
}

const AUTHOR = {
  GIT_AUTHOR_NAME: "A Developer",
  GIT_AUTHOR_EMAIL: "developer@example.com",
  GIT_COMMITTER_NAME: "A Developer",
  GIT_COMMITTER_EMAIL: "developer@example.com",
};

export interface RepositoryOptions {
  readonly sandbox: Sandbox;
  /** `<organisation>/<name>` */
  readonly name: string;
  /** For a private working copy. */
  readonly folder: string;
  /** First content of `main` and of the other branches. */
  readonly files: Readonly<Record<string, string>>;
  readonly branches: readonly string[];
}

/** Makes a repository on the server and fills it. */
export async function createRepository(options: RepositoryOptions): Promise<Repository> {
  const { sandbox, name, folder, files, branches } = options;
  const pushUrl = new URL(`${name}.git`, sandbox.gitUrl).href;
  const git = (...args: readonly string[]) =>
    runOrFail("git", args, { cwd: folder, env: { ...sandbox.env, ...AUTHOR } });
  await initialise(join(sandbox.repositories, `${name}.git`));
  await mkdir(folder, { recursive: true });
  await git("init", "--quiet", "--initial-branch=main");
  await write(folder, files);
  await git("add", "--all");
  await git("commit", "--quiet", "--message=First version");
  for (const branch of branches) await git("branch", branch);
  await git("push", "--quiet", pushUrl, "main", ...branches);

  return {
    async push(branch, changes) {
      await git("switch", "--quiet", ...((await exists(git, branch)) ? [branch] : ["--create", branch, "main"]));
      await write(folder, changes);
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", `--message=Change ${Object.keys(changes).join(", ")}`);
      await git("push", "--quiet", pushUrl, branch);
      return (await git("rev-parse", "HEAD")).trim();
    },
    commitOf: async (branch) => (await git("rev-parse", branch)).trim(),
    async reset(branch, commit) {
      await git("switch", "--quiet", branch);
      await git("reset", "--quiet", "--hard", commit);
      await git("push", "--quiet", "--force", pushUrl, branch);
    },
  };
}

/** For `Changes`: replaces one piece of a file. @throws when the file does not hold it */
export function substitute(from: string, to: string): (text: string) => string {
  return (text) => {
    if (!text.includes(from)) throw new Error(`expected to find ${JSON.stringify(from)} in:\n${text}`);
    return text.replace(from, to);
  };
}

/** As the large hosts do: partial clones, and fetches of a commit that no branch points at any more. */
async function initialise(folder: string): Promise<void> {
  await runOrFail("git", ["init", "--quiet", "--bare", "--initial-branch=main", "--template=", folder]);
  for (const setting of ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"])
    await runOrFail("git", ["-C", folder, "config", setting, "true"]);
}

async function exists(git: (...args: readonly string[]) => Promise<string>, branch: string): Promise<boolean> {
  return (await git("branch", "--list", branch)) !== "";
}

async function write(folder: string, changes: Changes): Promise<void> {
  for (const [path, change] of Object.entries(changes)) {
    const file = join(folder, path);
    if (change === undefined) await rm(file);
    else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, typeof change === "string" ? change : change(await readFile(file, "utf8")));
    }
  }
}
