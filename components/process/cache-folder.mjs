// @ts-check
import { homedir } from "node:os";
import { join } from "node:path";

/** What is kept from run to run; deleting any of it costs only time. */
export function cacheFolder() {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "pulumi-gitops");
}
