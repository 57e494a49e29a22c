import type { Resource } from "@pulumi/pulumi";
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";

import type { GkePlace } from "./creation.ts";

/** Writes logs and metrics and reads nothing: all that GKE asks of a node's account (CIS GKE 5.2.1). */
const ROLE = "roles/container.defaultNodeServiceAccount";

/** The account of the nodes, in place of the project's default one, which may edit everything. */
export function createNodeAccount(
  parent: Resource,
  { project, name }: GkePlace,
  dependsOn: readonly Resource[],
): { readonly account: Account; readonly granted: IAMMember } {
  const options = { parent, dependsOn: [...dependsOn] };
  const account = new Account(
    `${name}-nodes`,
    { project, accountId: `${name}-nodes`, displayName: `Nodes of the GKE cluster ${name}` },
    options,
  );
  const granted = new IAMMember(`${name}-nodes`, { project, role: ROLE, member: account.member }, options);
  return { account, granted };
}
