import type { CustomResourceOptions } from "@pulumi/pulumi";

import type { Roster as Applications } from "./application/roster.ts";
import type { Shard } from "./application/shard.ts";
import { DynamicResource } from "./sync.provider.ts";

export interface RosterArgs extends Applications {
  readonly environment: string;
  readonly allowRemoval: readonly string[];
  /** Old -> new: uids of the namespace kube-system. */
  readonly replacedClusters?: Readonly<Record<string, string>>;
  /** Where several stacks deploy the environment. */
  readonly shard?: Shard & { readonly elsewhere: readonly string[] };
}

/** Remembers which Applications an environment has, so that a lost folder is noticed before anything is deleted. */
export class Roster extends DynamicResource {
  constructor(name: string, args: RosterArgs, options: CustomResourceOptions) {
    super("roster", name, { ...args }, options);
  }
}
