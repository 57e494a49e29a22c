import pMap from "p-map";

import type { Api } from "./api.ts";
import type { Group, KindInfo } from "./discovery.ts";
import { failure } from "./errors.ts";
import { splitApiVersion } from "./object.ts";

/** `/api` serves the core group, `/apis` all others. */
const ROOTS = ["/api", "/apis"] as const;
const READS_AT_ONCE = 16;

const AGGREGATED = ["v2", "v2beta1"]
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat("application/json")
  .join(",");

/** Two requests where the server has aggregated discovery (KEP-3352), else one more for each version of each group. */
export async function discoverGroups(api: Api): Promise<readonly Group[]> {
  const answers = await Promise.all(ROOTS.map((root) => groupsAt(api, root)));
  return answers.flat();
}

/** The members of all three forms of answer that matter here. */
interface Answer {
  readonly kind?: string;
  readonly items?: readonly AggregatedGroup[];
  readonly versions?: readonly string[];
  readonly groups?: readonly ListedGroup[];
}

async function groupsAt(api: Api, root: string): Promise<readonly Group[]> {
  const { subject, ...call } = callTo(root);
  const answer = (await api.call({ subject, ...call, accept: AGGREGATED })) as Answer | null;
  if (answer?.kind === "APIGroupDiscoveryList") return (answer.items ?? []).map(aggregatedGroup);
  if (answer?.kind === "APIVersions") return [await listedGroup(api, root, coreGroup(answer.versions ?? []))];
  if (answer?.kind === "APIGroupList")
    return Promise.all((answer.groups ?? []).map((group) => listedGroup(api, root, group)));
  throw failure(subject, "Failed", "the answer is not that of a Kubernetes API");
}

function callTo(path: string) {
  const subject = { verb: "discover", group: "", kind: "API", namespace: "", name: path };
  return { subject, path, method: "GET", bulk: true } as const;
}

interface AggregatedGroup {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly {
    readonly version: string;
    /** "Stale" when the server behind it did not answer. */
    readonly freshness?: string;
    readonly resources?: readonly {
      readonly resource: string;
      readonly responseKind?: { readonly kind?: string } | null;
      readonly scope?: string;
      readonly verbs?: readonly string[];
    }[];
  }[];
}

function aggregatedGroup({ metadata, versions = [] }: AggregatedGroup): Group {
  const group = metadata?.name ?? "";
  const kinds = versions.flatMap(({ version, resources = [] }) =>
    resources.flatMap(({ resource, responseKind, scope, verbs = [] }): readonly KindInfo[] => {
      const kind = responseKind?.kind ?? "";
      return kind === "" ? [] : [{ group, version, kind, plural: resource, namespaced: scope === "Namespaced", verbs }];
    }),
  );
  return { name: group, kinds, complete: versions.every(({ freshness }) => freshness !== "Stale") };
}

interface ListedGroup {
  readonly name: string;
  readonly versions?: readonly { readonly groupVersion: string }[];
  readonly preferredVersion?: { readonly groupVersion: string };
}

function coreGroup(versions: readonly string[]): ListedGroup {
  return { name: "", versions: versions.map((groupVersion) => ({ groupVersion })) };
}

async function listedGroup(
  api: Api,
  root: string,
  { name, versions = [], preferredVersion }: ListedGroup,
): Promise<Group> {
  const texts = versions.map(({ groupVersion }) => groupVersion);
  const preferred = preferredVersion?.groupVersion;
  const ordered = [...texts.filter((text) => text === preferred), ...texts.filter((text) => text !== preferred)];
  const lists = await pMap(ordered, (text) => kindsOf(api, root, text), { concurrency: READS_AT_ONCE });
  return { name, kinds: lists.flatMap((kinds) => kinds ?? []), complete: !lists.includes(undefined) };
}

/** `undefined` when the server behind the group does not answer: one of them must not hide the others. */
async function kindsOf(api: Api, root: string, groupVersion: string): Promise<readonly KindInfo[] | undefined> {
  try {
    const list = await api.call({ ...callTo(`${root}/${groupVersion}`), repeat: "unless sent" });
    return kindsIn(list as ResourceList, groupVersion);
  } catch {
    return undefined;
  }
}

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs?: readonly string[];
  }[];
}

/** Names with a slash are parts of others, such as `deployments/scale`. */
function kindsIn({ resources = [] }: ResourceList, groupVersion: string): readonly KindInfo[] {
  const { group, version } = splitApiVersion(groupVersion);
  return resources
    .filter(({ name }) => !name.includes("/"))
    .map(({ name, kind, namespaced, verbs = [] }) => ({ group, version, kind, plural: name, namespaced, verbs }));
}
