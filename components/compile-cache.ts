import { mkdirSync, statSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";

import { cacheFolder } from "./cache-folder.ts";

/**
 * Imports code whose compiled form is kept from run to run, which saves a third of a second in each process. It says nothing when that
 * cannot be, for then the code is only slower. What is imported statically beside the call has been compiled before it.
 * @param load calls `import()`
 */
export async function withCompileCache<T>(load: () => Promise<T>): Promise<T> {
  const folder = privateFolder();
  if (folder !== undefined) enableCompileCache(folder);
  const loaded = await load();
  // Pulumi kills a provider process when it is done with it.
  flushCompileCache();
  return loaded;
}

/** Compiled code is run as it is found, so nobody else may write it. */
function privateFolder(): string | undefined {
  const folder = join(cacheFolder(), "code");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    return uid === process.getuid?.() && (mode & 0o022) === 0 ? folder : undefined;
  } catch {
    return undefined;
  }
}
