import pMap from "p-map";

import type { ApiObject, Client } from "../components/kubernetes/client.ts";
import { ENVIRONMENT_LABEL, environmentLabel } from "../components/manifest/ownership.ts";
import { STACK } from "./bed.ts";
import type { Fleet } from "./fleet.ts";
import { kindsOf } from "./roofs.ts";

/** `apps/v1 Deployment bench-0/app-0000` */
export function nameOf({ apiVersion, kind, metadata }: ApiObject): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}

/** What is wrong in the cluster, a sentence each: missing objects, wrong values, objects of ours that Git does not have. */
export async function compareWithGit(client: Client, fleet: Fleet, foreign: readonly ApiObject[]): Promise<string[]> {
  const expected = new Map(
    fleet.applications.flatMap((each) => each.objects.map((one) => [nameOf(one.expected), one.expected])),
  );
  const live = await liveObjects(client, [...expected.values()]);
  const wrong = [...expected].flatMap(([name, object]) => {
    const found = live.get(name);
    if (found === undefined) return [`${name} is missing`];
    return holds(found, object) ? [] : [`${name} is not as in Git`];
  });
  const strangers = new Set(foreign.map(nameOf));
  const extra = [...live.keys()].filter((name) => !expected.has(name) && !strangers.has(name));
  return [...wrong, ...extra.map((name) => `${name} is in the cluster, not in Git`)];
}

/** By our label, so that what others own is not looked at. */
async function liveObjects(client: Client, objects: readonly ApiObject[]): Promise<ReadonlyMap<string, ApiObject>> {
  const labelSelector = `${ENVIRONMENT_LABEL}=${environmentLabel(STACK)}`;
  const kinds = await kindsOf(client, objects);
  const lists = await Promise.all(kinds.map((kind) => client.list(kind, { labelSelector })));
  return new Map(lists.flatMap(({ items }) => items).map((item) => [nameOf(item), item]));
}

/** Whether `live` has everything that `wanted` says; the API server adds defaults. */
function holds(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(live) || live.length !== wanted.length) return false;
    return wanted.every((each, index) => holds(live[index], each));
  }
  if (typeof wanted !== "object" || wanted === null) return live === wanted;
  if (typeof live !== "object" || live === null) return false;
  return Object.entries(wanted).every(([key, value]) => holds((live as Record<string, unknown>)[key], value));
}

/** Their status is written by controllers: there the generation counts, elsewhere every write. */
const CONTROLLED = new Set(["Deployment", "PodDisruptionBudget", "HorizontalPodAutoscaler"]);

/** Object -> a text that changes when somebody writes it. */
export async function versionsOf(client: Client, objects: readonly ApiObject[]): Promise<ReadonlyMap<string, string>> {
  const namespaces = [...new Set(objects.map(({ metadata }) => metadata.namespace ?? ""))];
  const kinds = await kindsOf(client, objects);
  const lists = await pMap(
    kinds.flatMap((kind) => namespaces.map((namespace) => ({ kind, namespace }))),
    ({ kind, namespace }) => client.listMetadata(kind, { namespace }),
    { concurrency: 4 },
  );
  const live = new Map(lists.flatMap(({ items }) => items.map((item) => [nameOf(item), item] as const)));
  return new Map(objects.map((object) => [nameOf(object), versionOf(live.get(nameOf(object)))]));
}

function versionOf(live: ApiObject | undefined): string {
  if (live === undefined) return "gone";
  const { uid, generation, resourceVersion } = live.metadata;
  return `${String(uid)} ${String(CONTROLLED.has(live.kind) ? generation : resourceVersion)}`;
}

/** Objects that were written or deleted since. */
export async function touched(client: Client, before: ReadonlyMap<string, string>, objects: readonly ApiObject[]) {
  const now = await versionsOf(client, objects);
  return [...before].filter(([name, version]) => now.get(name) !== version).map(([name]) => `${name} was touched`);
}

/** What a fleet has to look like in the cluster, without one of its applications. */
export function objectsOf({ applications }: Fleet, except?: string): readonly ApiObject[] {
  const others = applications.filter(({ name }) => name !== except);
  return others.flatMap(({ objects }) => objects.map(({ expected }) => expected));
}
