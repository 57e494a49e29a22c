import type { CustomResourceOptions } from "@pulumi/pulumi";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";

import type { Access, Binding, Role as RoleManifest } from "../access/manifests.ts";

/**
 * Makes the accounts of an environment and what they may do. @param options their provider and parent
 * @param nameIn what a resource is called that has this name in its cluster
 */
export function createAccess(
  { accounts, roles, bindings }: Access,
  options: CustomResourceOptions,
  nameIn: (name: string) => string = (name) => name,
): void {
  for (const { metadata, automountServiceAccountToken } of accounts)
    new ServiceAccount(nameIn(metadata.name), { metadata, automountServiceAccountToken }, options);
  for (const role of roles) createRole(nameIn(resourceName(role.metadata)), role, options);
  for (const binding of bindings) createBinding(nameIn(resourceName(binding.metadata)), binding, options);
}

function createRole(name: string, { kind, metadata, rules }: RoleManifest, options: CustomResourceOptions): void {
  if (kind === "Role") new Role(name, { metadata, rules }, options);
  else new ClusterRole(name, { metadata, rules }, options);
}

function createBinding(
  name: string,
  { kind, metadata, roleRef, subjects }: Binding,
  options: CustomResourceOptions,
): void {
  if (kind === "RoleBinding") new RoleBinding(name, { metadata, roleRef, subjects }, options);
  else new ClusterRoleBinding(name, { metadata, roleRef, subjects }, options);
}

function resourceName({ name, namespace }: RoleManifest["metadata"]): string {
  return namespace === undefined ? name : `${namespace}-${name}`;
}
