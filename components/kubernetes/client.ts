import type { Api } from "./api.ts";
import { createApi } from "./api.ts";
import type { ApplyOptions } from "./apply.ts";
import { apply } from "./apply.ts";
import type { Connection } from "./connection.ts";
import type { CreateOptions } from "./create.ts";
import { create } from "./create.ts";
import type { Discover, KindInfo } from "./discovery.ts";
import { createDiscover } from "./discovery.ts";
import type { Guard } from "./guard.ts";
import { guardWrites } from "./guard.ts";
import type { ListOptions, ListResult } from "./list.ts";
import { list, listMetadata } from "./list.ts";
import type { ApiObject, Target } from "./object.ts";
import type { JsonPatchOperation, PatchOptions } from "./patch.ts";
import { patchJson } from "./patch.ts";
import { get, readClusterId } from "./read.ts";
import type { RemoveOptions } from "./remove.ts";
import { remove } from "./remove.ts";
import type { Resolve } from "./resolve.ts";
import { createResolve } from "./resolve.ts";
import type { RetryOptions } from "./retry.ts";
import { retryWith } from "./retry.ts";
import type { WatchEvent, WatchOptions } from "./watch.ts";
import { watch } from "./watch.ts";

export type { Discovery, KindInfo } from "./discovery.ts";
export type { Guard } from "./guard.ts";
export type { ListOptions, ListResult } from "./list.ts";
export type { ApiObject, Target } from "./object.ts";
export type { WatchEvent } from "./watch.ts";

/**
 * The Kubernetes API as far as it is needed here. Every failure is a GitOpsError with one line,
 * `<verb> <Kind> <namespace>/<name>: <cause>`, that never holds a credential or a value of a Secret.
 */
export interface Client {
  readonly discover: Discover;
  /** uid of the namespace kube-system: the same cluster whatever its address. */
  clusterId(): Promise<string>;
  /** @returns undefined when there is no such object; a kind that does not exist is a GitOpsError NotFound */
  get(target: Target): Promise<ApiObject | undefined>;
  listMetadata(kind: KindInfo, options: ListOptions): Promise<ListResult>;
  list(kind: KindInfo, options: ListOptions): Promise<ListResult>;
  apply(manifest: ApiObject, options: ApplyOptions): Promise<ApiObject>;
  create(manifest: ApiObject, options: CreateOptions): Promise<ApiObject>;
  patchJson(target: Target, operations: readonly JsonPatchOperation[], options: PatchOptions): Promise<ApiObject>;
  remove(target: Target, options: RemoveOptions): Promise<"deleted" | "gone">;
  watch(kind: KindInfo, options: WatchOptions): AsyncIterable<WatchEvent>;
  /** The same client, whose writes leave only while the guard is open. */
  guarded(guard: Guard): Client;
  /** Breaks off what is under way. */
  close(): void;
}

export interface ClientOptions {
  /** Requests under way at a time; watches are not counted. @default 32 */
  readonly maxConcurrent?: number;
  /** Of one request; a LIST has twice as long. @default 35 000: the API server itself ends a write after 34 s */
  readonly requestTimeoutMs?: number;
  readonly retry?: RetryOptions;
}

/** Nothing is sent before the first call. */
export function createClient(connection: Connection, options: ClientOptions = {}): Client {
  const retry = retryWith(options.retry);
  const { maxConcurrent = 32, requestTimeoutMs = 35_000 } = options;
  const api = createApi(connection, { maxConcurrent, requestTimeoutMs, retry });
  const discover = createDiscover(api);
  const resolve = createResolve(discover, retry.now);
  let clusterId: Promise<string> | undefined;
  const readId = () => (clusterId ??= readClusterId(api).catch(forget));
  return clientOver(api, { discover, resolve, clusterId: readId });

  function forget(error: unknown): never {
    clusterId = undefined;
    throw error;
  }
}

interface Known {
  readonly discover: Discover;
  readonly resolve: Resolve;
  readonly clusterId: () => Promise<string>;
}

function clientOver(api: Api, known: Known): Client {
  const { discover, resolve, clusterId } = known;
  return {
    ...{ discover, clusterId },
    get: (target) => get(api, resolve, target),
    listMetadata: (kind, listOptions) => listMetadata(api, kind, listOptions),
    list: (kind, listOptions) => list(api, kind, listOptions),
    apply: (manifest, applyOptions) => apply(api, resolve, manifest, applyOptions),
    create: (manifest, createOptions) => create(api, resolve, manifest, createOptions),
    patchJson: (target, operations, patchOptions) => patchJson(api, resolve, target, operations, patchOptions),
    remove: (target, removeOptions) => remove(api, resolve, target, removeOptions),
    watch: (kind, watchOptions) => watch(api, kind, watchOptions),
    guarded: (guard) => clientOver(guardWrites(api, guard), known),
    close: () => api.close(),
  };
}
