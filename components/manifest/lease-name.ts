import { environmentLabel } from "./ownership.ts";

/** Every cluster has it, nobody can delete it, and unlike kube-system a managed cluster lets one write there. */
export const LEASE_NAMESPACE = "default";

/** Of the Lease that lets one run at a time write to an environment. @param shard of it, from 1 on */
export function leaseName(environment: string, shard?: number): string {
  const label = environmentLabel(environment)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-");
  return `pulumi-gitops-${label}${shard === undefined ? "" : `-shard-${shard}`}`;
}
