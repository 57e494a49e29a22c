import type { CustomResourceOptions, Resource } from "@pulumi/pulumi";
import { Output, secret } from "@pulumi/pulumi";

import type { ClusterInput } from "./cluster.ts";
import type { Outcome } from "./registered.ts";
import { outcomeOf, silence, whenRegistered } from "./registered.ts";
import type { SyncArgs } from "./sync.protocol.ts";
import { foldDesired } from "./sync.protocol.ts";
import { DynamicResource, TYPES } from "./sync.provider.ts";
import type { Observed } from "./sync.state.ts";
import { unfoldObserved } from "./sync.state.ts";

/** One Application's objects in the cluster: what is desired, what lives and what is left to do. */
export class Sync extends DynamicResource {
  /** What the last sync left; undefined in a state of older code that nobody has looked at. */
  readonly outcome: Promise<Outcome<Observed | undefined>>;
  /** Resolves when the engine has dealt with the resource: to whether that went well. */
  readonly registered: Promise<boolean>;

  /**
   * @param cluster apart from `args`, because in the first preview of a cluster to be made its endpoint is unknown
   * @param args never rejects
   */
  constructor(name: string, cluster: ClusterInput, args: Promise<SyncArgs>, options: CustomResourceOptions & Below) {
    const inputs = {
      cluster,
      desired: Promise.all([args, urnBelow(options.parent, name)]).then(([told, urn]) => foldDesired(told, urn)),
      secrets: secret(args.then(({ secrets }) => secrets)),
    };
    super("sync", name, { observed: undefined, ...inputs }, options);
    // A failed resource rejects each of them, and one that nobody looks after ends the program with its stack.
    for (const property of Object.values(this)) if (Output.isInstance(property)) silence(property);
    this.registered = whenRegistered(this);
    this.outcome = outcomeOf(Reflect.get(this, "observed") as Output<string | Observed | undefined>).then(unfolded);
    // Nobody asks for them any more, and what is desired is too large to be kept.
    for (const property of ["observed", ...Object.keys(inputs)]) Reflect.deleteProperty(this, property);
  }
}

function unfolded(outcome: Outcome<string | Observed | undefined>): Outcome<Observed | undefined> {
  if (outcome.state !== "known") return outcome;
  return { state: "known", value: outcome.value === undefined ? undefined : unfoldObserved(outcome.value) };
}

interface Below {
  readonly parent: Resource;
}

/** The URN that a Sync will have; the provider speaks in its row. */
async function urnBelow({ urn }: Resource, name: string): Promise<string> {
  const parent = await outcomeOf(urn);
  // Below what was not registered nothing is.
  if (parent.state !== "known") return "";
  return `${parent.value.slice(0, parent.value.lastIndexOf("::"))}$${TYPES.sync}::${name}`;
}
