import { chmod, mkdir, stat } from "node:fs/promises";

import { GitOpsError } from "../error.ts";

/**
 * Makes a folder that only this user can read and write; what others can change in a cache would reach the cluster.
 * @throws GitOpsError Refused when it belongs to somebody else
 */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await stat(folder);
  if (uid !== process.getuid?.()) {
    throw new GitOpsError(`the cache folder ${folder} belongs to another user: remove it or set XDG_CACHE_HOME`, {
      code: "Refused",
    });
  }
  if ((mode & 0o077) !== 0) await chmod(folder, 0o700);
}
