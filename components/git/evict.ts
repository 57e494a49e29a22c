import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

export interface EvictionRules {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** What an entry takes up. */
  readonly sizeOf: (entry: string) => Promise<number>;
}

interface Aged {
  readonly entry: string;
  readonly usedAt: number;
  readonly bytes: number;
}

const TEMPORARY = "tmp-";
const MAX_TEMPORARY_AGE_MS = 3_600_000;

/** Removes what a cache folder holds too much of, the least recently used first, and what killed processes left behind. */
export async function evictOldest(folder: string, rules: EvictionRules): Promise<void> {
  const names = await readdir(folder);
  const aged = await Promise.all(names.map((name) => age(join(folder, name), rules)));
  const now = Date.now();
  let bytes = 0;
  for (const { entry, usedAt, bytes: size } of aged.filter((found) => found !== undefined).sort(byUse)) {
    bytes += size;
    const maxAge = entry.slice(folder.length + 1).startsWith(TEMPORARY) ? MAX_TEMPORARY_AGE_MS : rules.maxAgeMs;
    if (bytes > rules.maxBytes || now - usedAt > maxAge) await rm(entry, { recursive: true, force: true });
  }
}

function byUse(a: Aged, b: Aged): number {
  return b.usedAt - a.usedAt;
}

/** Undefined when another process has just removed it. */
async function age(entry: string, { sizeOf }: EvictionRules): Promise<Aged | undefined> {
  try {
    const [{ mtimeMs }, bytes] = await Promise.all([stat(entry), sizeOf(entry)]);
    return { entry, usedAt: mtimeMs, bytes };
  } catch {
    return undefined;
  }
}
