import { LEASE_NAMESPACE, leaseName } from "../manifest/lease-name.ts";
import { resourceNameOf } from "./resource-name.ts";

/** A kind that an environment's Applications have, and where. */
export interface Need {
  readonly group: string;
  readonly kind: string;
  /** Empty for an object that is in no namespace. */
  readonly namespace: string;
}

/** Source: rbac.authorization.k8s.io/v1, PolicyRule. */
export interface PolicyRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

/** What an account may do: in each namespace, and in the cluster as a whole. */
export interface Rights {
  readonly namespaces: Readonly<Record<string, readonly PolicyRule[]>>;
  readonly cluster: readonly PolicyRule[];
}

export interface AccessScope {
  readonly environment: string;
  /** How many stacks deploy it together. @default 1 */
  readonly shards?: number;
  readonly needs: readonly Need[];
  /** Namespaces of the Applications, there even when they hold nothing yet. */
  readonly namespaces: readonly string[];
}

const DEPLOY = ["get", "list", "watch", "create", "patch", "delete"];
const LOOK = ["get", "list"];

/** What `pulumi up` needs and nothing beyond it: no wildcard, no escalation, nothing in other namespaces. */
export function deployerRights(scope: AccessScope): Rights {
  const rights = rightsOf(scope, DEPLOY);
  const lease = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };
  const fencing = [
    { ...lease, verbs: ["create"] },
    { ...lease, resourceNames: leaseNames(scope), verbs: ["get", "patch"] },
  ];
  const there = rights.namespaces[LEASE_NAMESPACE] ?? [];
  return { ...rights, namespaces: { ...rights.namespaces, [LEASE_NAMESPACE]: [...there, ...fencing] } };
}

function leaseNames({ environment, shards = 1 }: AccessScope): string[] {
  const ofShards = shards < 2 ? [] : Array.from({ length: shards }, (_, index) => leaseName(environment, index + 1));
  return [leaseName(environment), ...ofShards];
}

/** What `pulumi preview` needs: to look. */
export function viewerRights(scope: AccessScope): Rights {
  return rightsOf(scope, LOOK);
}

function rightsOf({ needs, namespaces }: AccessScope, verbs: readonly string[]): Rights {
  const byNamespace = Map.groupBy(needs, ({ namespace }) => namespace);
  const names = [...new Set([...namespaces, ...byNamespace.keys()])].filter((name) => name !== "").toSorted();
  const rulesIn = (namespace: string) => [
    ...kindRules(byNamespace.get(namespace) ?? [], verbs),
    // The reason of a failing rollout is told by its first pod in trouble.
    ...(verbs.includes("watch") ? [rule("", ["pods"], ["list"])] : []),
  ];
  return {
    namespaces: Object.fromEntries(names.map((name) => [name, rulesIn(name)])),
    cluster: [
      // Its uid tells one cluster from another; the others are looked for before they would be made.
      { ...rule("", ["namespaces"], ["get"]), resourceNames: ["kube-system", ...names] },
      ...kindRules(byNamespace.get("") ?? [], verbs),
    ],
  };
}

function kindRules(needs: readonly Need[], verbs: readonly string[]): readonly PolicyRule[] {
  const groups = Map.groupBy(needs, ({ group }) => group);
  return [...groups.keys()].toSorted().map((group) => {
    const kinds = new Set(groups.get(group)?.map(({ kind }) => resourceNameOf(kind)));
    return rule(group, [...kinds].toSorted(), verbs);
  });
}

function rule(group: string, resources: readonly string[], verbs: readonly string[]): PolicyRule {
  return { apiGroups: [group], resources: [...resources], verbs: [...verbs] };
}
