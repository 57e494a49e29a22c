import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { ComponentResource } from "@pulumi/pulumi";

import type { GkeCreation } from "./gke/creation.ts";
import type { NewGkeReference } from "./gke/gke.ts";
import type { ClusterReference, GkeReference } from "./sync.protocol.ts";

/** A cluster that exists, or one that the stack is to make. */
export type ClusterArgs = ClusterReference | NewGkeCluster;

export interface NewGkeCluster extends Omit<GkeReference, "endpoint" | "ca"> {
  readonly create: GkeCreation;
}

/** Where a cluster is, or will be. */
export type ClusterInput = ClusterReference | NewGkeReference;

/** The cluster an environment lives on. Only the reference travels: whoever runs the program proves who they are at run time. */
export class Cluster extends ComponentResource {
  /** Parts of it are unknown in a preview while the cluster is still to be made. */
  readonly reference: ClusterInput;

  /** @param find tells where the cluster is, or makes it: resources below this one */
  constructor(name: string, find: (self: Cluster) => ClusterInput, options: ComponentResourceOptions = {}) {
    super("gitops:index:Cluster", name, {}, options);
    this.reference = find(this);
    this.registerOutputs({ reference: this.reference });
  }
}

/** @param protect keeps `pulumi destroy` from deleting a cluster that this stack has made */
export async function openCluster(
  name: string,
  args: ClusterArgs,
  { protect }: { readonly protect: boolean },
): Promise<Cluster> {
  if (!("create" in args)) return new Cluster(name, () => args);
  // Most stacks live on a cluster that exists, and Google's resources take their time to load.
  const { createGke } = await import("./gke/gke.ts");
  const { create, ...place } = args;
  return new Cluster(name, (self) => createGke(self, { ...place, protect }, create));
}
