import type { Roster } from "../application/roster.ts";
import { checkRoster } from "../application/roster.ts";

export interface RosterInputs extends Roster {
  readonly environment: string;
  /** Applications that may go although many go at once. */
  readonly allowRemoval: readonly string[];
  /** Old -> new: uids of clusters that a person declares to have been replaced. Never kept. */
  readonly replacedClusters?: Readonly<Record<string, string>>;
}

export interface RosterChecked {
  readonly failures: readonly { readonly property: string; readonly reason: string }[];
  /** Applications that leave the roster and whose objects will stay in the cluster. */
  readonly orphaned: readonly string[];
}

/** Compares the old list of Applications with the new one before the engine deletes anything. */
export function checkRosterInputs(olds: Partial<RosterInputs>, news: RosterInputs): RosterChecked {
  const old = olds.applications === undefined ? undefined : { applications: olds.applications };
  const reasons = [...checkRename(olds, news), ...checkRoster(old, news, news.allowRemoval)];
  const gone = Object.entries(olds.applications ?? {}).filter(([name]) => !(name in news.applications));
  return {
    failures: reasons.map((reason) => ({ property: "applications", reason })),
    orphaned: gone.filter(([, { cascade }]) => !cascade).map(([name]) => name),
  };
}

/** Another environment has other objects: under a new name nothing of the old one would be recognised, and all deleted. */
function checkRename(olds: Partial<RosterInputs>, news: RosterInputs): readonly string[] {
  if (olds.environment === undefined || olds.environment === news.environment) return [];
  const named = Object.keys(olds.applications ?? {}).every((name) => news.allowRemoval.includes(name));
  if (named) return [];
  return [
    `this stack deployed environment ${olds.environment} and is now told to be ${news.environment}; that would delete everything of ${olds.environment} (gitops:allowRemoval permits it, naming each Application)`,
  ];
}
