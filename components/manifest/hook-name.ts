import type { Manifest } from "./object.ts";

const REVISION_DIGITS = 7;

/**
 * A hook with `generateName` runs under a new name each time, Argo CD's: `<generateName><revision>-<phase>-<time>`. Until then its name
 * is the bare `generateName`, which no real name can be: it ends where another part has to follow.
 * @param startedAt of the sync, seconds since 1970
 */
export function nameHook(manifest: Manifest, phase: string, revision: string, startedAt: number): Manifest {
  const { name, generateName, ...metadata } = manifest.metadata;
  if (generateName === undefined || name !== generateName) return manifest;
  const suffix = `${revision.slice(0, REVISION_DIGITS)}-${phase}-${startedAt}`.toLowerCase();
  return { ...manifest, metadata: { ...metadata, name: generateName + suffix } };
}
