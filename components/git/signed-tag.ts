import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { GitOpsError } from "../error.ts";
import { runLocal, runRemote } from "./command.ts";
import type { GitSetup } from "./command.ts";
import { gitFailure } from "./failure.ts";
import { inspectObjects, readObjects } from "./objects.ts";
import { FETCH, initRepository } from "./populate.ts";
import { TAGS } from "./refs.ts";
import type { Snapshot } from "./remote.ts";
import { retrying } from "./retry.ts";
import type { Revision } from "./revision.ts";
import { MAX_OBJECT_BYTES } from "./signed-object.ts";
import type { Signed } from "./signed-object.ts";
import { withRepository } from "./store.ts";
import type { Store } from "./store.ts";

/** An annotated tag as a target: its name and its own object. */
export interface AnnotatedTag {
  readonly name: string;
  readonly hash: string;
}

/** The annotated tag that was followed; undefined for a branch, a commit and a tag without an object of its own. */
export function annotatedTagOf({ ref, tag }: Revision): AnnotatedTag | undefined {
  if (ref?.startsWith(TAGS) !== true || tag === undefined) return undefined;
  return { name: ref.slice(TAGS.length), hash: tag };
}

/**
 * The tag's own object, brought beside the commit. A good signature of another tag, or of this name on another commit, is none of
 * this one: then undefined.
 * @throws GitOpsError as fetching it failed
 */
export async function openTag(
  store: Store,
  snapshot: Snapshot,
  { name, hash }: AnnotatedTag,
): Promise<Signed | undefined> {
  const content = await withRepository(store, snapshot, (repository) =>
    bringTag(store.setup, snapshot, repository, hash),
  );
  const [object, type, named] = content.toString("utf8").split("\n");
  const isThisOne = object === `object ${snapshot.commit}` && type === "type commit" && named === `tag ${name}`;
  return isThisOne ? { kind: "tag", hash } : undefined;
}

/** The content of a tag object; fetched into the commit's repository when it is not there. */
async function bringTag(setup: GitSetup, snapshot: Snapshot, repository: string, tag: string): Promise<Buffer> {
  const [known] = await inspectObjects(setup, repository, [tag]);
  if (known !== undefined) return readTag(setup, repository, tag);
  const temporary = await mkdtemp(join(tmpdir(), "git-tag-"));
  const doing = `fetching a tag of ${snapshot.remote.repoURL}`;
  try {
    await initRepository(setup, temporary, doing);
    const args = [...FETCH, "--depth=1", "--filter=tree:0", "--end-of-options", snapshot.remote.url, tag];
    await retrying(setup.pauses, async () => {
      const result = await runRemote(setup, { repository: temporary, remote: snapshot.remote, args });
      if (result.code !== 0) throw gitFailure(doing, result);
    });
    const content = await readTag(setup, temporary, tag);
    const write = ["hash-object", "-w", "-t", "tag", "--stdin"];
    const written = await runLocal(setup, { repository, args: write, input: content });
    if (written.stdout.toString().trim() !== tag) throw gitFailure(doing, written);
    return content;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function readTag(setup: GitSetup, repository: string, tag: string): Promise<Buffer> {
  const [object] = await readObjects(setup, repository, [tag], MAX_OBJECT_BYTES);
  if (object?.type === "tag") return object.content;
  throw new GitOpsError(`${tag} is no annotated tag`, { code: "Invalid" });
}
