/** The Applications of an environment, kept in its state: what vanishes from it deletes objects in the cluster. */
export interface Roster {
  readonly applications: Readonly<Record<string, { readonly file: string; readonly cascade: boolean }>>;
}

/**
 * Why a run must not go on with `next`: no Application is left, or more than one in three of the old ones vanish at once, and not
 * each vanished one is named in `allowRemoval`. A wrong folder, a bad merge or a lost checkout looks like this.
 */
export function checkRoster(old: Roster | undefined, next: Roster, allowRemoval: readonly string[]): readonly string[] {
  const before = Object.keys(old?.applications ?? {});
  const vanished = before.filter((name) => !Object.hasOwn(next.applications, name)).sort();
  const unnamed = vanished.filter((name) => !allowRemoval.includes(name));
  const empty = Object.keys(next.applications).length === 0;

  if (empty && old === undefined) {
    return [
      "no Application was found: expected at least one file with an Argo CD Application in the applications folder",
    ];
  }
  if (unnamed.length === 0) return [];
  const advice = `to remove them all the same, add to gitops:allowRemoval: ${unnamed.join(", ")}`;
  if (empty) return [`no Application is left, ${before.length} would be removed (${vanished.join(", ")}); ${advice}`];
  if (vanished.length * 3 <= before.length) return [];
  return [
    `${vanished.length} of ${before.length} Applications would be removed at once (${vanished.join(", ")}); ${advice}`,
  ];
}
