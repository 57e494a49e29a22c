import { leaseName } from "../manifest/lease-name.ts";
import type { AccessScope, PolicyRule, Rights } from "./rules.ts";
import { deployerRights, viewerRights } from "./rules.ts";

/** Somebody whom the cluster knows: a Google service account is a User by its e-mail address. */
export interface Subject {
  readonly kind: "User" | "Group" | "ServiceAccount";
  readonly name: string;
  /** Of a ServiceAccount. */
  readonly namespace?: string;
}

export interface AccessSettings {
  /** Whether the stack makes accounts and roles, or `npm run access` prints them for somebody else to apply. @default false */
  readonly create?: boolean;
  /** Where the accounts are. @default pulumi-gitops */
  readonly namespace?: string;
  /** Who may deploy, beside the account that is made for it. */
  readonly deployers?: readonly Subject[];
  /** Who may preview, beside the account that is made for it. */
  readonly viewers?: readonly Subject[];
}

const RBAC = "rbac.authorization.k8s.io";

export interface Role {
  readonly apiVersion: string;
  readonly kind: "Role" | "ClusterRole";
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: PolicyRule[];
}

export interface Binding {
  readonly apiVersion: string;
  readonly kind: "RoleBinding" | "ClusterRoleBinding";
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects: {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
    readonly apiGroup?: string;
  }[];
}

export interface Account {
  readonly apiVersion: "v1";
  readonly kind: "ServiceAccount";
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly automountServiceAccountToken: false;
}

/** What has to be in a cluster before the accounts can be used. */
export interface Access {
  readonly accounts: readonly Account[];
  readonly roles: readonly Role[];
  readonly bindings: readonly Binding[];
}

/** Where the accounts of an environment are. */
export function accountNamespace({ namespace = "pulumi-gitops" }: AccessSettings): string {
  return namespace;
}

/** Two accounts for an environment, one that deploys and one that previews, with exactly the rights they need. */
export function accessManifests(scope: AccessScope, settings: AccessSettings): Access {
  const name = leaseName(scope.environment);
  const parts = [
    partsOf(`${name}-deployer`, deployerRights(scope), settings.deployers ?? [], settings),
    partsOf(`${name}-viewer`, viewerRights(scope), settings.viewers ?? [], settings),
  ];
  return {
    accounts: parts.map(({ account }) => account),
    roles: parts.flatMap(({ roles }) => roles),
    bindings: parts.flatMap(({ bindings }) => bindings),
  };
}

function partsOf(name: string, { namespaces, cluster }: Rights, others: readonly Subject[], settings: AccessSettings) {
  const account: Account = {
    ...{ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: accountNamespace(settings) } },
    // Nobody runs as it in the cluster; its tokens are asked for where they are needed.
    automountServiceAccountToken: false,
  };
  const own: Subject = { kind: "ServiceAccount", name, namespace: accountNamespace(settings) };
  const subjects = [own, ...others].map(subjectOf);
  const inNamespaces = Object.entries(namespaces).filter(([, rules]) => rules.length > 0);
  return {
    account,
    roles: [
      ...inNamespaces.map(([namespace, rules]) => roleOf("Role", { name, namespace }, rules)),
      roleOf("ClusterRole", { name }, cluster),
    ],
    bindings: [
      ...inNamespaces.map(([namespace]) => bindingOf("Role", { name, namespace }, subjects)),
      bindingOf("ClusterRole", { name }, subjects),
    ],
  };
}

function subjectOf({ kind, name, namespace }: Subject): Binding["subjects"][number] {
  return kind === "ServiceAccount" ? { kind, name, namespace: namespace ?? "" } : { kind, name, apiGroup: RBAC };
}

function roleOf(kind: Role["kind"], metadata: Role["metadata"], rules: readonly PolicyRule[]): Role {
  return { apiVersion: `${RBAC}/v1`, kind, metadata, rules: [...rules] };
}

function bindingOf(kind: Role["kind"], metadata: Role["metadata"], subjects: Binding["subjects"]): Binding {
  const roleRef = { apiGroup: RBAC, kind, name: metadata.name };
  return { apiVersion: `${RBAC}/v1`, kind: `${kind}Binding`, metadata, roleRef, subjects: [...subjects] };
}
