import type { ApiObject, Target } from "../kubernetes/client.ts";
import type { JsonPatchOperation } from "../kubernetes/patch.ts";
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
  /** By how many shards the environment is deployed: kept with the Lease of the whole environment, 1 when it says nothing. */
  readonly shards: number;
  readonly resourceVersion: string;
}

/** What a Lease is for: a whole environment, or one shard of it, from 1 on. */
export interface LeaseSubject {
  readonly environment: string;
  readonly shard?: number;
}

const SHARDS_ANNOTATION = "pulumi-gitops.dev/shards";

/** The Lease carries no label of ours, so it is never listed, compared, pruned or deleted. */
export function leaseTarget({ environment, shard }: LeaseSubject): Target {
  const name = leaseName(environment, shard);
  return { group: "coordination.k8s.io", kind: "Lease", version: "v1", namespace: LEASE_NAMESPACE, name };
}

export function newLease(subject: LeaseSubject, record: LeaseRecord): ApiObject {
  const { name } = leaseTarget(subject);
  const annotations = { "pulumi-gitops.dev/holds": nameOf(subject) };
  return {
    ...{ apiVersion: "coordination.k8s.io/v1", kind: "Lease" },
    metadata: { name, namespace: LEASE_NAMESPACE, annotations },
    spec: specOf(record, new Date()),
  };
}

/**
 * The operations of a JSON patch that put the record into its Lease, if that is as the record has it.
 * @param shards to be noted from now on; absent: as it is
 */
export function patchOf(record: LeaseRecord, shards?: number): readonly JsonPatchOperation[] {
  const path = `/metadata/annotations/${SHARDS_ANNOTATION.replace("/", "~1")}`;
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: record.resourceVersion },
    { op: "add", path: "/spec", value: specOf(record, new Date()) },
    ...(shards === undefined ? [] : [{ op: "add", path, value: String(shards) }]),
  ];
}

/** `qa`, or `shard 2 of qa`. */
export function nameOf({ environment, shard }: LeaseSubject): string {
  return shard === undefined ? environment : `shard ${shard} of ${environment}`;
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
    shards: Number.parseInt(metadata.annotations?.[SHARDS_ANNOTATION] ?? "1", 10) || 1,
    resourceVersion: metadata.resourceVersion ?? "",
  };
}

function specOf({ holder, acquireTime, durationSeconds, transitions }: LeaseRecord, now: Date): object {
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
