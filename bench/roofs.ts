import pMap from "p-map";

import type { ApiObject, Client, KindInfo } from "../components/kubernetes/client.ts";
import { runOrFail } from "../test/support/command.ts";
import type { RawApi } from "../test/support/raw-api.ts";
import { openRawApi } from "../test/support/raw-api.ts";
import type { Bed } from "./bed.ts";
import { secondsOf } from "./clock.ts";
import type { Fleet } from "./fleet.ts";
import { groupOf } from "./fleet.ts";
import type { EngineFloor } from "./floor.ts";
import { measureFloor } from "./floor.ts";
import type { Options } from "./options.ts";

/** What no tool of this kind can beat on this machine at this moment. Seconds. */
export interface Roofs {
  /** Server-side apply of every object as a dry-run, none of which exists. */
  readonly dryRun: number;
  /** Server-side apply of every object. */
  readonly apply: number;
  /** One metadata LIST of every kind, all at once. */
  readonly list: number;
  /** One ref advertisement of every repository. */
  readonly refs: number;
  /** One tag list of every image repository, with a token for each as registries want it. */
  readonly tags: number;
  /** Absent when it was not to be measured. */
  readonly engine?: EngineFloor;
}

const AT_ONCE = 32;
const NAMESPACE = "roof";
const REMOVALS = 10;
const LABEL = "bench.pulumi-gitops.dev/roof";

/** The objects it makes are gone when it is done. */
export async function measureRoofs(bed: Bed, fleet: Fleet, { floor }: Options): Promise<Roofs> {
  const { client } = bed;
  const objects = fleet.applications.flatMap((each) => each.objects.map(({ expected }) => moved(expected)));
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }, { manager: "bench" });
  const applyAll = (dryRun: boolean) =>
    pMap(objects, (object) => client.apply(object, { manager: "bench", force: true, dryRun }), {
      concurrency: AT_ONCE,
    });
  await client.discover();
  const dryRun = await secondsOf(() => applyAll(true));
  const apply = await secondsOf(() => applyAll(false));
  const kinds = await kindsOf(client, objects);
  const list = await secondsOf(() =>
    Promise.all(kinds.map((kind) => client.listMetadata(kind, { labelSelector: LABEL }))),
  );
  const refs = await secondsOf(() => pMap(fleet.repositories, (name) => advertise(bed, name), { concurrency: 8 }));
  const images = fleet.applications.map(({ name }) => name);
  const tags = await secondsOf(() => pMap(images, (name) => listTags(bed, name), { concurrency: AT_ONCE }));
  await removeAll(bed, kinds);
  return { dryRun, apply, list, refs, tags, ...(floor ? { engine: await measureFloor(bed, fleet) } : {}) };
}

/** One request a kind: what stays would count as somebody else's objects. */
async function removeAll({ sandbox }: Bed, kinds: readonly KindInfo[]): Promise<void> {
  const api = openRawApi(sandbox);
  const folder = ({ group, version }: KindInfo) => (group === "" ? `/api/${version}` : `/apis/${group}/${version}`);
  const pathOf = (kind: KindInfo) => `${folder(kind)}/namespaces/${NAMESPACE}/${kind.plural}?labelSelector=${LABEL}`;
  try {
    await Promise.all(kinds.map((kind) => removeKind(api, pathOf(kind))));
  } finally {
    api.close();
  }
}

/** The API server gives itself a minute, in which it may not delete all of many thousand. */
async function removeKind(api: RawApi, path: string): Promise<void> {
  for (let left = REMOVALS; ; left--) {
    try {
      await api.send({ method: "DELETE", path });
      return;
    } catch (error) {
      if (left === 0 || !String(error).includes(": 504 ")) throw error;
    }
  }
}

/** Each kind of the objects once. */
export async function kindsOf(client: Client, objects: readonly ApiObject[]): Promise<readonly KindInfo[]> {
  const discovery = await client.discover();
  const names = new Map(objects.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]));
  return [...names.values()].map(({ apiVersion, kind }) => {
    const info = discovery.kindOf(groupOf({ apiVersion }), kind);
    if (info === undefined) throw new Error(`the API server does not know ${apiVersion} ${kind}`);
    return info;
  });
}

function moved(object: ApiObject): ApiObject {
  const labels = { ...object.metadata.labels, [LABEL]: "true" };
  return { ...object, metadata: { ...object.metadata, namespace: NAMESPACE, labels } };
}

async function advertise({ sandbox }: Bed, repository: string): Promise<void> {
  const url = new URL(`my-org/${repository}.git`, sandbox.gitUrl).href;
  await runOrFail("git", ["ls-remote", "--quiet", url], { env: sandbox.env });
}

/** Distribution specification, "Listing Tags"; the token as in the distribution project's token authentication. */
async function listTags({ sandbox }: Bed, name: string): Promise<void> {
  const url = `http://${sandbox.registry}/v2/my-org/${name}/tags/list`;
  const challenge = (await fetch(url)).headers.get("www-authenticate") ?? "";
  const [realm, service] = ["realm", "service"].map((key) => new RegExp(`${key}="([^"]*)"`).exec(challenge)?.[1] ?? "");
  const query = new URLSearchParams({ service: service ?? "", scope: `repository:my-org/${name}:pull` });
  const { SANDBOX_REGISTRY_USERNAME: user = "", SANDBOX_REGISTRY_PASSWORD: password = "" } = sandbox.env;
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const granted = await fetch(`${realm ?? ""}?${query.toString()}`, { headers: { authorization: basic } });
  const { token } = (await granted.json()) as { readonly token: string };
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`GET ${url}: ${answer.status}`);
  await answer.json();
}
