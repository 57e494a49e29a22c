import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { GitOpsError } from "../error.ts";
import { ensurePrivateFolder } from "../git/private-folder.ts";

/** A private folder for one piece of work. */
export interface WorkFolder {
  readonly path: string;
  /** Writes a file below the folder, never over another one: on some file systems two names of a commit are one. Returns its path. */
  write(name: string, content: string | Buffer): Promise<string>;
}

const ATTEMPTS = 3;

/**
 * Does some work in a private folder that goes away with it; anew when files vanish meanwhile, as when somebody empties the cache:
 * with fewer templates a program may render fewer objects, and what is missing would be pruned.
 * @throws GitOpsError Failed, retryable, when that happens again and again
 */
export async function inWorkFolder<T>(parent: string, work: (folder: WorkFolder) => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const folder = await makeFolder(parent);
    if (folder === undefined) continue;
    const written: string[] = [folder];
    try {
      const [outcome] = await Promise.allSettled([work({ path: folder, write: writeIn(folder, written) })]);
      // What is still there was there all the time; without it, neither a result nor a failure means anything.
      if (!(await areThere(written))) continue;
      if (outcome.status === "fulfilled") return outcome.value;
      throw outcome.reason;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const reason = "files of a render vanished from the cache folder while it ran: nothing of it is used";
  throw new GitOpsError(reason, { code: "Failed", retryable: true });
}

/** Undefined when somebody removes the folder above it at the same moment. */
async function makeFolder(parent: string): Promise<string | undefined> {
  try {
    await ensurePrivateFolder(parent);
    return await mkdtemp(join(parent, "tmp-"));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const code: unknown = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}

function writeIn(folder: string, written: string[]): WorkFolder["write"] {
  return async (name, content) => {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, content, { flag: "wx", mode: 0o600 });
    written.push(file);
    return file;
  };
}

async function areThere(files: readonly string[]): Promise<boolean> {
  const looks = await Promise.allSettled(files.map((file) => access(file)));
  return looks.every(({ status }) => status === "fulfilled");
}
