import type { CustomResourceOptions } from "@pulumi/pulumi";
import { createUrn, dynamic, Output, output, recover, secret } from "@pulumi/pulumi";

import type { ClusterInput } from "./cluster.ts";
import type { ProgramInputs, SyncOutputs } from "./sync.protocol.ts";
import { whenRegistered } from "./registered.ts";
import { syncProvider } from "./sync.provider.ts";

const TYPE = "pulumi-nodejs:dynamic/gitops:Sync";

/** Set by the provider alone; named here so that the SDK makes an output of each. */
const OUTPUTS = {
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

export type Observed = Pick<SyncOutputs, "revision" | keyof typeof OUTPUTS>;

/** All that the program says of what is desired. */
export type SyncArgs = Omit<ProgramInputs, "resourceUrn" | "cluster">;

/** One Application's objects in the cluster: what is desired, what lives and what is left to do. */
export class Sync extends dynamic.Resource {
  declare readonly revision: Output<Observed["revision"]>;
  declare readonly images: Output<Observed["images"]>;
  declare readonly builtAt: Output<Observed["builtAt"]>;
  declare readonly inventory: Output<Observed["inventory"]>;
  declare readonly drift: Output<Observed["drift"]>;
  declare readonly health: Output<Observed["health"]>;
  declare readonly healthy: Output<Observed["healthy"]>;
  declare readonly history: Output<Observed["history"]>;
  declare readonly complete: Output<Observed["complete"]>;
  declare readonly conditions: Output<Observed["conditions"]>;

  /** @param cluster apart from `args`, because in the first preview of a cluster to be made its endpoint is unknown */
  constructor(name: string, cluster: ClusterInput, args: Promise<SyncArgs>, options: CustomResourceOptions) {
    const desired = output(args) as Output<SyncArgs>;
    const property = <K extends keyof SyncArgs>(key: K) => desired.apply((value) => value[key]);
    super(
      syncProvider,
      name,
      {
        ...OUTPUTS,
        resourceUrn: createUrn(name, TYPE, options.parent),
        environment: property("environment"),
        application: property("application"),
        cluster,
        revision: property("revision"),
        manifests: property("manifests"),
        hooks: property("hooks"),
        candidates: property("candidates"),
        pins: property("pins"),
        renderedWith: property("renderedWith"),
        policy: property("policy"),
        hold: property("hold"),
        skipped: property("skipped"),
        assignments: property("assignments"),
        secrets: secret(property("secrets")),
      },
      options,
      "gitops",
      "Sync",
    );
    for (const property of Object.values(this)) if (Output.isInstance(property)) survive(property);
  }

  /** What the last sync left; its fields are undefined when it failed, and the engine has said why. */
  get observed(): Output<Partial<Observed>> {
    const { revision, images, builtAt, inventory, drift, health, healthy, history, complete, conditions } = this;
    const survived = {
      revision: survive(revision),
      images: survive(images),
      builtAt: survive(builtAt),
      inventory: survive(inventory),
      drift: survive(drift),
      health: survive(health),
      healthy: survive(healthy),
      history: survive(history),
      complete: survive(complete),
      conditions: survive(conditions),
    };
    return output<unknown>(survived) as Output<Partial<Observed>>;
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
function survive<T>(value: Output<T>): Output<T | undefined> {
  return recover<T | undefined>(value, () => undefined);
}
