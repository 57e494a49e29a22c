import { availableParallelism } from "node:os";

import { GitOpsError } from "../error.ts";
import { listRefs } from "./advertisement.ts";
import { checkGitVersion } from "./command.ts";
import type { GitSetup } from "./command.ts";
import type { Credentials } from "./credentials.ts";
import { readCredentials } from "./credentials.ts";
import { courseOf } from "./history.ts";
import type { Course } from "./history.ts";
import type { InsteadOf } from "./instead-of.ts";
import { createLimit } from "./limit.ts";
import { createRefLister } from "./ls-refs.ts";
import type { RefLister } from "./ls-refs.ts";
import { explainMissing } from "./missing.ts";
import type { Once } from "./once.ts";
import { createOnce } from "./once.ts";
import { BRANCHES, commitOf } from "./refs.ts";
import type { Refs } from "./refs.ts";
import { remoteOf } from "./remote.ts";
import type { Remote } from "./remote.ts";
import { findTarget } from "./revision.ts";
import type { Revision, Target } from "./revision.ts";
import { createVerifier } from "./signature.ts";
import type { SignaturePolicy } from "./signature-policy.ts";
import { createSignersCheck } from "./signers.ts";
import type { Signers } from "./signers.ts";
import { openSource } from "./source.ts";
import type { FetchedSource } from "./source.ts";
import { createStore } from "./store.ts";

export type { Course } from "./history.ts";
export type { FetchedSource } from "./source.ts";
export type { Revision, Target } from "./revision.ts";
export type { Signers } from "./signers.ts";

export interface GitOptions {
  /** Made when it is not there; may be removed at any time. */
  readonly cacheFolder: string;
  /** The user's mirrors, from readInsteadOf. */
  readonly insteadOf: readonly InsteadOf[];
  /** Repositories that must be signed. @default none */
  readonly signatures?: readonly SignaturePolicy[];
  /** Of one call to a server, milliseconds. @default 120000 */
  readonly timeoutMs?: number;
  /** The user's environment: PATH, proxies, SSH agent, Git settings. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Before the repetitions of what failed for a passing cause, milliseconds. @default [500, 2000] */
  readonly pauses?: readonly number[];
}

/** Reads repositories; every answer is asked for once in a process. */
export interface Git {
  /**
   * The commit that a branch, a tag, `HEAD`, a full SHA or a range of versions stands for. A tag wins over a branch of the same name,
   * as in Git, and a tag that a range allows over a branch of the range's name, as in Argo CD.
   * @throws GitOpsError NotFound with the names there are; Refused for a URL outside the grammar; Unavailable, Unauthorized ... as the request failed;
   * Refused when it is not signed as the repository's policy wants it
   */
  resolve(repoURL: string, target: Target): Promise<Revision>;
  /**
   * Checks who signed what `resolve` has answered.
   * @throws GitOpsError Refused when none of these keys has; Invalid when the stack has not each of them
   */
  checkSigners(repoURL: string, revision: Revision, signers: Signers): Promise<void>;
  /**
   * The commit of a branch, whoever signed it, to see what it says: nothing of it may be deployed. Undefined when there is no such branch.
   * @throws GitOpsError as the request failed
   */
  branch(repoURL: string, name: string): Promise<string | undefined>;
  /**
   * Where a target went that was at one commit and is now at another.
   * @throws GitOpsError as the request failed
   */
  courseOf(repoURL: string, from: string, to: string): Promise<Course>;
  /**
   * A folder of a commit.
   * @throws GitOpsError NotFound when the repository has no such commit or folder
   */
  fetch(repoURL: string, commit: string, path: string): Promise<FetchedSource>;
}

const TIMEOUT_MS = 120_000;
const PAUSES_MS = [500, 2_000];
/** Each waits for a server most of the time. */
const ASKING_AT_ONCE = 16;

export function createGit(options: GitOptions): Git {
  const setup = setupOf(options);
  const store = createStore(setup, options.cacheFolder);
  const verifier = createVerifier(store, options.signatures ?? []);
  const checkSigners = createSignersCheck(store, options.signatures ?? []);
  const once = createOnce();
  const lists: Lists = { setup, lister: createRefLister(), once };
  return {
    resolve: async (repoURL, target) => {
      const commit = commitOf(target.revision);
      const remote = remoteOf(repoURL, options.insteadOf);
      const revision = commit === undefined ? await find(lists, remote, target) : { commit };
      await verifier.verify({ remote, commit: revision.commit }, revision);
      return revision;
    },
    checkSigners: async (repoURL, revision, signers) => {
      const remote = remoteOf(repoURL, options.insteadOf);
      await checkSigners({ remote, commit: revision.commit }, revision, signers);
    },
    branch: async (repoURL, name) => {
      const refs = await refsFor(lists, remoteOf(repoURL, options.insteadOf), BRANCHES + name);
      return refs.get(BRANCHES + name)?.commit;
    },
    courseOf: async (repoURL, from, to) => {
      const remote = remoteOf(repoURL, options.insteadOf);
      return once(`course ${from} ${to} ${remote.url}`, () => courseOf(store, remote, from, to));
    },
    fetch: async (repoURL, commit, path) => {
      if (commitOf(commit) !== commit) {
        throw new GitOpsError(`a commit of ${repoURL} is named by 40 digits`, { code: "Invalid" });
      }
      return openSource(store, { remote: remoteOf(repoURL, options.insteadOf), commit }, path);
    },
  };
}

export function setupOf({ env = process.env, timeoutMs = TIMEOUT_MS, pauses = PAUSES_MS }: GitOptions): GitSetup {
  let reading: Promise<Credentials> | undefined;
  const setup: GitSetup = {
    env,
    timeoutMs,
    pauses,
    asking: createLimit(ASKING_AT_ONCE),
    working: createLimit(2 * availableParallelism()),
    credentials: () => (reading ??= checkGitVersion(setup).then(() => readCredentials(env))),
  };
  return setup;
}

/** What lists the refs of repositories. */
interface Lists {
  readonly setup: GitSetup;
  readonly lister: RefLister;
  readonly once: Once;
}

async function find(lists: Lists, remote: Remote, target: Target): Promise<Revision> {
  const refs = await refsFor(lists, remote, target.revision);
  const ref = findTarget(refs, target) ?? "";
  const found = refs.get(ref);
  if (found !== undefined) return { ...found, ref };
  throw new GitOpsError(explainMissing(refs, target, remote.repoURL), { code: "NotFound" });
}

async function refsFor(lists: Lists, remote: Remote, revision: string): Promise<Refs> {
  const { setup, lister, once } = lists;
  // Pull requests and the like, of which there may be many more than branches and tags.
  const isUnusual = /^refs\/(?!heads\/|tags\/)/.test(revision);
  const usual = isUnusual
    ? undefined
    : await once(`usual ${remote.url}`, async () => lister.list(remote, setup.env, await setup.credentials()));
  if (usual !== undefined) return usual;
  const scope = isUnusual || revision === "HEAD" ? "all" : "branches and tags";
  return once(`${scope} ${remote.url}`, () => listRefs(setup, remote, scope));
}
