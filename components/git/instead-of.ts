import { readUserConfig } from "./user-config.ts";

/** One `url.<base>.insteadOf` setting: URLs that begin with `insteadOf` begin with `base` instead. */
export interface InsteadOf {
  /** May hold a user and a password. */
  readonly base: string;
  readonly insteadOf: string;
}

const SUFFIX = ".insteadof";

/**
 * The mirrors of the user's own Git settings (git-config: `url.<base>.insteadOf`).
 * @throws GitOpsError when Git is missing or the settings cannot be read
 */
export async function readInsteadOf(env: NodeJS.ProcessEnv): Promise<readonly InsteadOf[]> {
  const entries = await readUserConfig(env, "^url\\..*\\.insteadof$");
  return entries.map(({ key, value }) => ({ base: key.slice("url.".length, -SUFFIX.length), insteadOf: value }));
}

/** The URL to fetch from: the longest matching prefix wins, as in Git, and it is applied once. */
export function applyInsteadOf(url: string, rules: readonly InsteadOf[]): string {
  const matching = rules.filter(({ insteadOf }) => insteadOf !== "" && url.startsWith(insteadOf));
  if (matching.length === 0) return url;
  const longest = matching.reduce((best, rule) => (rule.insteadOf.length > best.insteadOf.length ? rule : best));
  return longest.base + url.slice(longest.insteadOf.length);
}
