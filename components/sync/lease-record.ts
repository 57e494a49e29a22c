import type { ApiObject, Target } from "../kubernetes/client.ts";
import { LEASE_NAMESPACE, leaseName } from "../manifest/lease-name.ts";

/** What a Lease says (coordination.k8s.io/v1): who writes to an environment, and since when. */
export interface LeaseRecord {
  /** Empty when nobody does. */
  readonly holder: string;
  /** When the holder began, by its own clock; empty when it does not say. */
  readonly acquireTime: string;
  /** So long the holder may be silent before it is taken for dead. */
  readonly durationSeconds: number;
  /** How often the holder has changed: with its name the fencing token. */
  readonly transitions: number;
  readonly resourceVersion: string;
}

/** The Lease of an environment. It carries no label of ours, so it is never listed, compared, pruned or deleted. */
export function leaseTarget(environment: string): Target {
  const name = leaseName(environment);
  return { group: "coordination.k8s.io", kind: "Lease", version: "v1", namespace: LEASE_NAMESPACE, name };
}

export function newLease(environment: string, spec: object): ApiObject {
  const { name } = leaseTarget(environment);
  const annotations = { "pulumi-gitops.dev/holds": environment };
  return {
    ...{ apiVersion: "coordination.k8s.io/v1", kind: "Lease" },
    metadata: { name, namespace: LEASE_NAMESPACE, annotations },
    spec,
  };
}

/** What anybody may have written there is read with care. */
export function recordOf({ metadata, spec }: ApiObject): LeaseRecord {
  const { holderIdentity, acquireTime, leaseDurationSeconds, leaseTransitions } = (spec ?? {}) as Record<
    string,
    unknown
  >;
  return {
    holder: typeof holderIdentity === "string" ? holderIdentity : "",
    acquireTime: typeof acquireTime === "string" ? acquireTime : "",
    durationSeconds: typeof leaseDurationSeconds === "number" ? leaseDurationSeconds : 0,
    transitions: typeof leaseTransitions === "number" ? leaseTransitions : 0,
    resourceVersion: metadata.resourceVersion ?? "",
  };
}

export function specOf({ holder, acquireTime, durationSeconds, transitions }: LeaseRecord, now: Date): object {
  return {
    holderIdentity: holder,
    acquireTime: acquireTime === "" ? microTime(now) : acquireTime,
    renewTime: microTime(now),
    leaseDurationSeconds: durationSeconds,
    leaseTransitions: transitions,
  };
}

/** `kim@laptop, pid 4242, …, since 2026-05-04T03:02:01Z`. */
export function formatHolder({ holder, acquireTime }: LeaseRecord): string {
  return acquireTime === "" ? holder : `${holder}, since ${acquireTime.replace(/\.\d+Z$/, "Z")}`;
}

/** Kubernetes' MicroTime has six digits. */
export function microTime(date: Date): string {
  return date.toISOString().replace("Z", "000Z");
}
