import type { Api } from "./api.ts";
import { discoverGroups } from "./discovery-groups.ts";

/** What the API server tells about one kind of object in one version. */
export interface KindInfo {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** As it stands in paths, e.g. `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** What a cluster serves. */
export interface Discovery {
  /** @param version @default the version the server prefers among those that have the kind */
  kindOf(group: string, kind: string, version?: string): KindInfo | undefined;
  /** Every kind once, in the version the server prefers. */
  all(): readonly KindInfo[];
  /** Groups that did not answer, so that some or all of their kinds may be missing here. */
  readonly incomplete: readonly string[];
}

/** One API group: its kinds in every version, the preferred version first. */
export interface Group {
  readonly name: string;
  readonly kinds: readonly KindInfo[];
  readonly complete: boolean;
}

/** @param fresh asks again instead of answering from memory */
export type Discover = (options?: { readonly fresh?: boolean }) => Promise<Discovery>;

/** Asks the server once and remembers the answer, but not a failure. */
export function createDiscover(api: Api): Discover {
  let known: Promise<Discovery> | undefined;

  return ({ fresh = false } = {}) => {
    if (known !== undefined && !fresh) return known;
    const asking = discoverGroups(api).then(discoveryOf);
    known = asking;
    asking.catch(() => {
      if (known === asking) known = undefined;
    });
    return asking;
  };
}

export function discoveryOf(groups: readonly Group[]): Discovery {
  const preferred = new Map<string, KindInfo>();
  const versioned = new Map<string, KindInfo>();
  for (const info of groups.flatMap(({ kinds }) => kinds)) {
    const key = `${info.group}/${info.kind}`;
    if (!preferred.has(key)) preferred.set(key, info);
    if (!versioned.has(`${key} ${info.version}`)) versioned.set(`${key} ${info.version}`, info);
  }
  const all = [...preferred.values()];
  return {
    kindOf: (group, kind, version) =>
      version === undefined ? preferred.get(`${group}/${kind}`) : versioned.get(`${group}/${kind} ${version}`),
    all: () => all,
    incomplete: groups.filter(({ complete }) => !complete).map(({ name }) => name),
  };
}
