import type { Resource } from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi";

import type { AccessArgs } from "./access-report.ts";
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
  // Most stacks need nothing of it.
  const { createAccess, createNamespaces, createProvider } = await import("./namespaces/index.ts");
  const report = createsAccess ? await reportAccess(args) : undefined;
  const provider = createProvider(args.environment, cluster.reference, cluster);
  const implied = Object.fromEntries((report?.namespaces ?? []).map((name) => [name, {}]));
  const options = { provider, parent: cluster };
  const ready = createNamespaces({ ...implied, ...args.namespaces }, { ...options, protect: args.protect });
  const problems = report?.problems ?? [];
  // A run that ends in an error deletes nothing, so what is not registered stays as it is.
  if (report !== undefined && problems.length === 0) createAccess(report.access, { ...options, dependsOn: [...ready] });
  return { ready, settled: () => refuse(problems) };
}

function refuse(problems: readonly string[]): Promise<void> {
  if (problems.length === 0) return Promise.resolve();
  const message = `the rights of the accounts are not known and stay as they are:\n  ${problems.join("\n  ")}`;
  return Promise.reject(new RunError(message));
}
