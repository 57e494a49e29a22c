import { checkGitVersion } from "./command.ts";
import type { Commit } from "./push.ts";
import { pushCommit } from "./push.ts";
import { remoteOf } from "./remote.ts";
import type { GitOptions } from "./repository.ts";
import { setupOf } from "./repository.ts";
import { readUserConfig } from "./user-config.ts";

export type { FileEdit } from "./push.ts";

/** Writes to repositories. */
export interface GitWriter {
  /**
   * Files of a branch in one commit, by the user's own name where Git has one.
   * @returns the commit, or undefined when every file says what it should already
   * @throws GitOpsError as fetching or pushing failed
   */
  commit(repoURL: string, commit: Omit<Commit, "author">): Promise<string | undefined>;
}

const NOBODY = { name: "pulumi-gitops", email: "pulumi-gitops@localhost" };

export function createGitWriter(options: GitOptions): GitWriter {
  const setup = setupOf(options);
  return {
    commit: async (repoURL, commit) => {
      await checkGitVersion(setup);
      const author = await authorOf(options.env ?? process.env);
      return pushCommit(setup, options.cacheFolder, remoteOf(repoURL, options.insteadOf), { ...commit, author });
    },
  };
}

async function authorOf(env: NodeJS.ProcessEnv): Promise<Commit["author"]> {
  const entries = await readUserConfig(env, "^user\\.(name|email)$");
  const last = (key: string) => entries.findLast((entry) => entry.key === key)?.value;
  return {
    name: env["GIT_AUTHOR_NAME"] ?? last("user.name") ?? NOBODY.name,
    email: env["GIT_AUTHOR_EMAIL"] ?? last("user.email") ?? NOBODY.email,
  };
}
