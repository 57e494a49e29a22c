import { environmentLabel } from "./ownership.ts";

/** Every cluster has it, nobody can delete it, and unlike kube-system a managed cluster lets one write there. */
export const LEASE_NAMESPACE = "default";

/** Of the Lease that lets one run at a time write to an environment. */
export function leaseName(environment: string): string {
  return `pulumi-gitops-${environmentLabel(environment)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")}`;
}
