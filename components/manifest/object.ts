import { GitOpsError } from "../error.ts";
import type { ManagedFieldsEntry } from "./fields.ts";

/** A bigint is an integer that a number would round, see `parseJson`. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json };

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly managedFields?: readonly ManagedFieldsEntry[];
  readonly ownerReferences?: readonly Json[];
  readonly [field: string]: unknown;
}

/** A Kubernetes object: desired, live, or only its metadata (PartialObjectMetadata). */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/**
 * Identity of an object. There is no version in it: the API server serves one object under every version of its group.
 * The core group is `""`, and so is the namespace of a cluster-scoped object.
 */
export interface ObjectRef {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** `apps/v1` -> `apps`, `v1` -> `""`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

export function refOf({ apiVersion, kind, metadata }: Manifest): ObjectRef {
  return { group: groupOf(apiVersion), kind, namespace: metadata.namespace ?? "", name: metadata.name };
}

/** `apps/Deployment qa/api`, `Service qa/api` (core group), `Namespace qa` (cluster-scoped). */
export function formatRef({ group, kind, namespace, name }: ObjectRef): string {
  const type = group === "" ? kind : `${group}/${kind}`;
  return namespace === "" ? `${type} ${name}` : `${type} ${namespace}/${name}`;
}

// RBAC names may hold spaces and colons, so only the first space and the first slash after it separate.
const REF = /^(?:(?<group>[^\s/]+)\/)?(?<kind>[^\s/]+) (?:(?<namespace>[^\s/]+)\/)?(?<name>[^/]+)$/;

/**
 * Inverse of {@link formatRef}.
 * @throws GitOpsError Invalid when the text is no reference.
 */
export function parseRef(text: string): ObjectRef {
  const found = REF.exec(text)?.groups;
  if (found === undefined)
    throw new GitOpsError(`expected an object such as "apps/Deployment qa/api", found ${JSON.stringify(text)}`, {
      code: "Invalid",
    });
  const { group = "", kind = "", namespace = "", name = "" } = found;
  return { group, kind, namespace, name };
}
