import type { CustomResourceOptions } from "@pulumi/pulumi";
import { createUrn, Output, output, recover, secret } from "@pulumi/pulumi";

import type { ClusterInput } from "./cluster.ts";
import type { SyncArgs, SyncOutputs } from "./sync.protocol.ts";
import { foldDesired } from "./sync.protocol.ts";
import { whenRegistered } from "./registered.ts";
import { DynamicResource, TYPES } from "./sync.provider.ts";

/** Set by the provider alone; named here so that the SDK makes an output of each. */
const OUTPUTS = {
  revision: undefined,
  inventory: undefined,
  drift: undefined,
  images: undefined,
  builtAt: undefined,
  health: undefined,
  healthy: undefined,
  history: undefined,
  complete: undefined,
  conditions: undefined,
};

export type Observed = Pick<SyncOutputs, keyof typeof OUTPUTS>;

/** One Application's objects in the cluster: what is desired, what lives and what is left to do. */
export class Sync extends DynamicResource {
  /** What the last sync left; empty when it failed, and the engine has said why. */
  readonly observed: Output<Partial<Observed>>;

  /**
   * @param cluster apart from `args`, because in the first preview of a cluster to be made its endpoint is unknown
   * @param args never rejects
   */
  constructor(name: string, cluster: ClusterInput, args: Promise<SyncArgs>, options: CustomResourceOptions) {
    const inputs = {
      resourceUrn: createUrn(name, TYPES.sync, options.parent),
      cluster,
      desired: args.then(foldDesired),
      secrets: secret(args.then(({ secrets }) => secrets)),
    };
    super("sync", name, { ...OUTPUTS, ...inputs }, options);
    const properties = Object.entries(this).flatMap(([name, property]) =>
      Output.isInstance(property) ? [[name, property] as const] : [],
    );
    for (const [name, property] of properties) if (!Object.hasOwn(OUTPUTS, name)) survive(property, undefined);
    // Nobody asks for them, and what is desired is too large to be kept.
    for (const name of Object.keys(inputs)) Reflect.deleteProperty(this, name);
    const outputs = properties.filter(([name]) => Object.hasOwn(OUTPUTS, name));
    this.observed = survive(output(Object.fromEntries(outputs)) as Output<Partial<Observed>>, {});
  }

  /** Resolves when the engine has dealt with the resource: to whether that went well. */
  get registered(): Promise<boolean> {
    return whenRegistered(this);
  }
}

/**
 * A failed resource rejects its outputs, the URN among them, and each that nobody recovers is reported as an unhandled
 * exception of the program with its stack, on top of the engine's own report.
 */
function survive<T, U>(value: Output<T>, instead: U): Output<T | U> {
  return recover<T | U>(value, () => instead);
}
