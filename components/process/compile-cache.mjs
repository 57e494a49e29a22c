// @ts-check
import { mkdirSync, statSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";

import { cacheFolder } from "./cache-folder.mjs";

/**
 * Keeps the compiled form of all that is loaded from now on, also of TypeScript, from run to run. It says nothing when that cannot be, for
 * then code is only slower.
 */
export function keepCompiledCode() {
  const folder = privateFolder();
  if (folder !== undefined) enableCompileCache(folder);
}

/** Compiled code is run as it is found, so nobody else may write it. */
function privateFolder() {
  const folder = join(cacheFolder(), "code");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    return uid === process.getuid?.() && (mode & 0o022) === 0 ? folder : undefined;
  } catch {
    return undefined;
  }
}
