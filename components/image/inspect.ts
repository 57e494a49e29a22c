import pMap from "p-map";

import { GitOpsError } from "../error.ts";
import type { Build, Builds } from "./build.ts";
import type { BuildCache } from "./build-memory.ts";
import { recall } from "./build-memory.ts";
import type { Look } from "./look.ts";
import { createLook } from "./look.ts";
import type { Platform } from "./platform.ts";
import { imageName } from "./reference.ts";
import type { Asked, Within } from "./registry-session.ts";

/** What each of the tags of one repository stands for; a tag is asked about once. */
export type Inspect = (tags: readonly string[]) => Promise<Builds>;

/** Each costs a request in every run. */
const MOST_TAGS = 5_000;
const TAGS_AT_ONCE = 16;
const LONGEST_MS = 300_000;

/**
 * Looks at tags of an image. What a digest stands for never changes, so it is read once and kept in the cache; only which digest a
 * tag has is asked in every run.
 */
export function createInspect(
  repository: Asked,
  platforms: readonly Platform[],
  within: Within,
  cache: BuildCache | undefined,
): Inspect {
  const memory = recall(cache, imageName(repository.image), platforms);
  const asked = new Map<string, Promise<Build>>();
  const once = (look: Look, tag: string): Promise<Build> => {
    const build = asked.get(tag) ?? look(tag);
    asked.set(tag, build);
    return build;
  };
  return (tags) =>
    within(repository, LONGEST_MS, async (session) => {
      if (tags.length > MOST_TAGS) throw tooMany(tags.length);
      const look = createLook(session, platforms, await memory.read());
      const looked = async (tag: string) => [tag, await once(look, tag)] as const;
      const builds = await pMap(tags, looked, { concurrency: TAGS_AT_ONCE }).catch(async (error: unknown) => {
        // What was learnt saves the next run the same requests; the failure is what matters.
        await memory.write().catch(() => undefined);
        throw error;
      });
      await memory.write();
      return new Map(builds);
    });
}

function tooMany(count: number): GitOpsError {
  const reason = `${count} tags are allowed, and each has to be asked about; allow at most ${MOST_TAGS}`;
  return new GitOpsError(reason, { code: "Invalid" });
}
