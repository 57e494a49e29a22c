import type { Resource } from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi";

import type { AccessArgs, AccessReport, ClusterAccess } from "./access-report.ts";
import { reportAccess } from "./access-report.ts";
import type { Cluster } from "./cluster.ts";
import type { NamespaceSettings } from "./namespaces/settings.ts";

export interface PlatformArgs extends AccessArgs {
  /** By name. */
  readonly namespaces: Readonly<Record<string, NamespaceSettings>>;
  /** Keeps `pulumi destroy` from deleting a namespace with all that is in it. */
  readonly protect: boolean;
}

/** What an environment stands on and is no Application. */
export interface Platform {
  /** What has to be there before the first Application. */
  readonly ready: readonly Resource[];
  /** Rejects with a RunError when the rights of its accounts could not be computed and so were left as they are */
  settled(): Promise<void>;
}

const NOTHING: Platform = { ready: [], settled: () => Promise.resolve() };

/** Namespaces, and with `access.create` the accounts of the environment, by Pulumi's own Kubernetes provider. */
export async function openPlatform(cluster: Cluster, args: PlatformArgs): Promise<Platform> {
  const createsAccess = args.access.create === true;
  if (!createsAccess && Object.keys(args.namespaces).length === 0) return NOTHING;
  return layPlatform(cluster, args, createsAccess ? await reportAccess(args) : undefined);
}

/** @param report what is known of the rights that accounts need; absent: none are made */
export async function layPlatform(
  cluster: Cluster,
  args: PlatformArgs,
  report: AccessReport | undefined,
): Promise<Platform> {
  // Most stacks need nothing of it.
  const { createAccess, createNamespaces, createProvider } = await import("./namespaces/index.ts");
  const problems = report?.problems ?? [];
  const provider = createProvider(args.environment, cluster.reference, cluster);
  const options = { provider, parent: cluster };
  const [own, ...others] = report?.clusters ?? [];
  const ready = [
    ...createNamespaces({ ...implied(own), ...args.namespaces }, { ...options, protect: args.protect }),
    ...others.flatMap((other) => furnish(other)),
  ];
  // A run that ends in an error deletes nothing, so what is not registered stays as it is.
  if (own !== undefined && problems.length === 0) createAccess(own.access, { ...options, dependsOn: [...ready] });
  return { ready, settled: () => refuse(problems) };

  /** A further cluster: the same there, under names of its own in the state. */
  function furnish({ cluster: name, access, ...rest }: ClusterAccess): readonly Resource[] {
    const reference = args.clusters?.[name]?.reference;
    if (reference === undefined) return [];
    const nameIn = (text: string) => `${text}@${name}`;
    const there = { parent: cluster, provider: createProvider(nameIn(args.environment), reference, cluster) };
    const made = createNamespaces(implied(rest), { ...there, protect: args.protect }, nameIn);
    if (problems.length === 0) createAccess(access, { ...there, dependsOn: [...made] }, nameIn);
    return made;
  }
}

function implied(report: Pick<ClusterAccess, "namespaces"> | undefined): Readonly<Record<string, NamespaceSettings>> {
  return Object.fromEntries((report?.namespaces ?? []).map((name) => [name, {}]));
}

function refuse(problems: readonly string[]): Promise<void> {
  if (problems.length === 0) return Promise.resolve();
  const message = `the rights of the accounts are not known and stay as they are:\n  ${problems.join("\n  ")}`;
  return Promise.reject(new RunError(message));
}
