import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { isGitOpsError } from "../error.ts";
import { ensurePrivateFolder } from "./private-folder.ts";

/**
 * Writes a file that only this user can read, in one step, so that no reader finds half of it, however many write it at once. For
 * caches: where it cannot be written (no room, a folder that somebody has just removed) it is not there, which costs only time.
 * @throws GitOpsError Refused when the folder belongs to somebody else
 */
export async function writePrivateFile(folder: string, name: string, content: string | Buffer): Promise<void> {
  const temporary = join(folder, `tmp-${randomBytes(8).toString("hex")}`);
  try {
    await ensurePrivateFolder(folder);
    await writeFile(temporary, content, { mode: 0o600, flag: "wx" });
    await rename(temporary, join(folder, name));
  } catch (error) {
    if (isGitOpsError(error)) throw error;
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
