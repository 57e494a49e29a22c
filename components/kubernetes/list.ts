import type { Api } from "./api.ts";
import type { KindInfo } from "./discovery.ts";
import { causeIn, failure } from "./errors.ts";
import type { ApiMetadata, ApiObject } from "./object.ts";
import { joinApiVersion } from "./object.ts";
import { collectionPath } from "./path.ts";

export interface ListOptions {
  readonly labelSelector?: string;
  /** @default all namespaces */
  readonly namespace?: string;
  readonly signal?: AbortSignal;
}

/** Every object of a kind at one moment. */
export interface ListResult {
  readonly items: readonly ApiObject[];
  /** From here a watch goes on; "" for kinds that only exist while they are asked for, which cannot be watched. */
  readonly resourceVersion: string;
}

// A server that cannot leave out the rest sends whole objects; the rest is dropped here.
const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
const RESTARTS = 3;

interface Page {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly { readonly metadata?: ApiMetadata }[] | null;
}

/** Whole objects. The server leaves apiVersion and kind out of the items of a list; here they have them. */
export async function list(api: Api, kind: KindInfo, options: ListOptions): Promise<ListResult> {
  const { pages, resourceVersion } = await complete(api, kind, options, "application/json");
  const type = { apiVersion: joinApiVersion(kind), kind: kind.kind };
  return { resourceVersion, items: pages.map((item) => ({ ...type, ...item, ...type }) as ApiObject) };
}

/** Only apiVersion, kind and metadata of each object: less to send, and the data of Secrets stays where it is. */
export async function listMetadata(api: Api, kind: KindInfo, options: ListOptions): Promise<ListResult> {
  const { pages, resourceVersion } = await complete(api, kind, options, METADATA);
  const type = { apiVersion: joinApiVersion(kind), kind: kind.kind };
  return { resourceVersion, items: pages.map(({ metadata }) => ({ ...type, metadata }) as ApiObject) };
}

interface Complete {
  readonly pages: NonNullable<Page["items"]>;
  readonly resourceVersion: string;
}

/** Half a list is no list: when the moment it shows is forgotten between two pages, it begins anew. */
async function complete(api: Api, kind: KindInfo, options: ListOptions, accept: string): Promise<Complete> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await allPages(api, kind, options, accept);
    } catch (error) {
      if (causeIn(error)?.status !== 410 || restarts === RESTARTS) throw error;
    }
  }
}

/** No `limit`: with it, servers before 1.34 read from etcd instead of from their cache (KEP-2340). Some page all the same. */
async function allPages(api: Api, kind: KindInfo, options: ListOptions, accept: string): Promise<Complete> {
  const { labelSelector, namespace = "", signal } = options;
  const subject = { verb: "list", group: kind.group, kind: kind.kind, namespace, name: "" };
  const call = {
    subject,
    method: "GET",
    path: collectionPath(kind, namespace),
    accept,
    bulk: true,
    ...(signal && { signal }),
  } as const;
  const pages: NonNullable<Page["items"]>[] = [];
  for (let token: string | undefined; ;) {
    const { items, metadata } = (await api.call({ ...call, query: { labelSelector, continue: token } })) as Page;
    // An empty list may be null, as Go has it.
    if (items === undefined) throw failure(subject, "Failed", "the answer is not a list");
    pages.push(items ?? []);
    token = metadata?.continue;
    if (!token) return { pages: pages.flat(), resourceVersion: metadata?.resourceVersion ?? "" };
  }
}
