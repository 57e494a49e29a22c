import { stringify } from "yaml";

import { closest } from "../components/application/suggest.ts";
import type { ClusterAccess } from "../components/access-report.ts";

/**
 * The sets of the cluster that was asked for, or all of them.
 * @returns a sentence when no Application goes to such a cluster
 */
export function chooseClusters(
  clusters: readonly ClusterAccess[],
  wanted: string | undefined,
): readonly ClusterAccess[] | string {
  if (wanted === undefined) return clusters;
  const found = clusters.filter(({ cluster }) => cluster === wanted);
  if (found.length > 0) return found;
  const names = clusters.map(({ cluster }) => cluster);
  const meant = closest(wanted, names);
  const hint = meant === undefined ? `there is ${names.join(", ")}` : `did you mean ${meant}?`;
  return `--cluster: no Application goes to a cluster ${wanted} (${hint})`;
}

/** What a cluster administrator applies. Where there are several clusters each set says first whose it is. */
export function formatAccess(clusters: readonly ClusterAccess[], environment: string): string {
  const sets = clusters.map((one) => {
    const documents = objectsOf(one).map((object) => stringify(object, { aliasDuplicateObjects: false }));
    return `# Environment ${environment}, cluster ${one.cluster}: to be applied there and nowhere else\n${documents.join("---\n")}`;
  });
  return sets.join("---\n");
}

/** Applied together they would give rights in one cluster that belong in another. */
export function describeSeveral(clusters: readonly ClusterAccess[]): string {
  if (clusters.length < 2) return "";
  const names = clusters.map(({ cluster }) => cluster).join(", ");
  return `access: these are for ${clusters.length} clusters (${names}); to apply them, print one at a time with --cluster NAME\n`;
}

function objectsOf({ access, namespaces }: ClusterAccess): readonly object[] {
  const made = namespaces.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  return [...made, ...access.accounts, ...access.roles, ...access.bindings];
}
