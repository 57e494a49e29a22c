import type { Git, Signers } from "./git/repository.ts";

/**
 * Git for one Application of a project that names keys: whatever source is resolved, one of them has to have signed it, beside what the
 * stack asks for. Charts have no commit, and Argo CD lets them through.
 * @param signers undefined: nothing is asked for
 */
export function demandSigners(git: Git, signers: Signers | undefined): Git {
  if (signers === undefined) return git;
  const resolve: Git["resolve"] = async (repoURL, target) => {
    const revision = await git.resolve(repoURL, target);
    await git.checkSigners(repoURL, revision, signers);
    return revision;
  };
  return { ...git, resolve };
}
