import { GitOpsError } from "../error.ts";
import { runRemote } from "./command.ts";
import type { GitSetup } from "./command.ts";
import { gitFailure } from "./failure.ts";
import { parseRefs } from "./refs.ts";
import type { Refs } from "./refs.ts";
import type { Remote } from "./remote.ts";
import { retrying } from "./retry.ts";

/** What is asked for: pull requests and the like may be many more refs than branches and tags, but only all of them come with HEAD. */
export type Scope = "branches and tags" | "all";

const LIST = ["ls-remote", "--quiet"];
const OPTIONS: Readonly<Record<Scope, readonly string[]>> = { "branches and tags": ["--heads", "--tags"], all: [] };

/** @throws GitOpsError as the request failed */
export function listRefs(setup: GitSetup, remote: Remote, scope: Scope): Promise<Refs> {
  const doing = `listing branches and tags of ${remote.repoURL}`;
  return retrying(setup.pauses, async () => {
    const result = await runRemote(setup, {
      remote,
      args: [...LIST, ...OPTIONS[scope], "--end-of-options", remote.url],
    });
    if (result.code !== 0) throw gitFailure(doing, result);
    const refs = parseRefs(result.stdout.toString("utf8"));
    if (refs === undefined) throw new GitOpsError(`${doing}: the answer is not what Git lists`, { code: "Failed" });
    return refs;
  });
}
