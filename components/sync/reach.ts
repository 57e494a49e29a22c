import { isGitOpsError } from "../error.ts";
import type { KindInfo } from "../kubernetes/client.ts";
import type { Cluster } from "./cluster.ts";

/** Kinds of a cluster that this process may list in single namespaces only; the Applications of an environment learn it from one another. */
const narrow = new Set<string>();

/** Whether we are known to see this kind in single namespaces only. */
export function isNarrow(cluster: Cluster, kind: KindInfo): boolean {
  return narrow.has(keyOf(cluster, kind));
}

/**
 * Looks at a kind everywhere, or namespace by namespace for an account that has no rights beyond them.
 * @param look lists the kind; without a namespace in the whole cluster
 * @throws what `look` throws, about the namespace if that is where it failed
 */
export async function lookAsFarAsAllowed<T>(
  cluster: Cluster,
  kind: KindInfo,
  namespaces: readonly string[],
  look: (namespace?: string) => Promise<T>,
): Promise<readonly T[]> {
  try {
    if (!isNarrow(cluster, kind)) return [await look()];
  } catch (error) {
    if (!kind.namespaced || namespaces.length === 0 || !isGitOpsError(error) || error.code !== "Forbidden") throw error;
    narrow.add(keyOf(cluster, kind));
  }
  return Promise.all(namespaces.map(look));
}

function keyOf({ id }: Cluster, { group, kind }: KindInfo): string {
  return `${id} ${group}/${kind}`;
}
