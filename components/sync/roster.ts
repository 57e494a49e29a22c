import type { Roster } from "../application/roster.ts";
import { checkRoster } from "../application/roster.ts";
import type { Shard } from "../application/shard.ts";

export interface RosterInputs extends Roster {
  readonly environment: string;
  /** Applications that may go although many go at once. */
  readonly allowRemoval: readonly string[];
  /** Old -> new: uids of clusters that a person declares to have been replaced. Never kept. */
  readonly replacedClusters?: Readonly<Record<string, string>>;
  /** Where several stacks deploy the environment: which part this one is, and whose Applications are not. */
  readonly shard?: Shard & { readonly elsewhere: readonly string[] };
}

export interface RosterChecked {
  readonly failures: readonly { readonly property: string; readonly reason: string }[];
  /** Applications that leave the roster and whose objects will stay in the cluster. */
  readonly orphaned: readonly string[];
  /** Applications that leave this stack for another shard. */
  readonly handedOver: readonly string[];
}

/** Compares the old list of Applications with the new one before the engine deletes anything. */
export function checkRosterInputs(olds: Partial<RosterInputs>, news: RosterInputs): RosterChecked {
  const old = olds.applications === undefined ? undefined : { applications: olds.applications };
  const reasons = [...checkRename(olds, news), ...checkRoster(old, news, news.allowRemoval)];
  const before = new Set(olds.shard?.elsewhere);
  const left = (news.shard?.elsewhere ?? []).filter((name) => !before.has(name));
  const gone = Object.entries(olds.applications ?? {}).filter(([name]) => !(name in news.applications));
  return {
    failures: reasons.map((reason) => ({ property: "applications", reason })),
    orphaned: gone.filter(([, { cascade }]) => !cascade).map(([name]) => name),
    handedOver: left.filter((name) => Object.hasOwn(olds.applications ?? {}, name)),
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
