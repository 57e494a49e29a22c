import { GitOpsError, isGitOpsError } from "../error.ts";
import type { KindInfo } from "../kubernetes/client.ts";
import { hasHealth } from "../manifest/health.ts";
import type { Manifest } from "../manifest/object.ts";
import { ENVIRONMENT_LABEL, environmentLabel, TRACKING_ANNOTATION } from "../manifest/ownership.ts";
import type { Cluster } from "./cluster.ts";
import { lookAsFarAsAllowed } from "./reach.ts";

/** Objects of one kind that carry the environment's label, found by the Application they are tracked for. */
type ByApplication = ReadonlyMap<string, readonly Manifest[]>;

/** One moment of one environment: every kind is listed at most once, however many Applications ask. */
export interface Snapshot {
  /** Objects of that kind tracked for the Application. `undefined`: the cluster does not know the kind. */
  objects(group: string, kind: string, tracked: Tracked): Promise<readonly Manifest[] | undefined>;
  /** The same over every kind that can be listed; kinds we may not list are left out. */
  everything(tracked: Tracked): Promise<readonly Manifest[]>;
}

/** Whose objects are looked for. */
export interface Tracked {
  readonly application: string;
  /** Where they are, for an account that may not list in the whole cluster. */
  readonly namespaces: readonly string[];
}

export function takeSnapshot(cluster: Cluster, environment: string): Snapshot {
  const { client } = cluster;
  const labelSelector = `${ENVIRONMENT_LABEL}=${environmentLabel(environment)}`;
  const lists = new Map<string, Promise<ByApplication>>();

  async function list(kind: KindInfo, namespace: string | undefined): Promise<ByApplication> {
    const options = { labelSelector, ...(namespace !== undefined && { namespace }) };
    const { items } = await (hasHealth(kind) ? client.list(kind, options) : client.listMetadata(kind, options));
    return Map.groupBy(items as readonly Manifest[], applicationOf);
  }

  function listOnce(kind: KindInfo, namespace?: string): Promise<ByApplication> {
    const key = `${kind.group}/${kind.kind} ${namespace ?? ""}`;
    const known = lists.get(key);
    if (known !== undefined) return known;
    const listing = list(kind, namespace);
    lists.set(key, listing);
    return listing;
  }

  async function listed(kind: KindInfo, { application, namespaces }: Tracked): Promise<readonly Manifest[]> {
    const found = await lookAsFarAsAllowed(cluster, kind, namespaces, (namespace) => listOnce(kind, namespace));
    return found.flatMap((list) => list.get(application) ?? []);
  }

  return {
    async objects(group, kind, tracked) {
      const discovery = await client.discover();
      const info = discovery.kindOf(group, kind);
      if (info !== undefined) return listed(info, tracked);
      if (discovery.incomplete.includes(group)) throw unknownGroup(group, kind);
      return undefined;
    },
    async everything(tracked) {
      const kinds = (await client.discover()).all().filter(isOurs);
      return (await Promise.all(kinds.map((kind) => listed(kind, tracked).catch(ignoreForbidden)))).flat();
    },
  };
}

/** The Application in a tracking id; whether the id is genuine is for ownershipOf to say. */
function applicationOf(object: Manifest): string {
  const id = object.metadata.annotations?.[TRACKING_ANNOTATION] ?? "";
  return id.slice(id.indexOf("/") + 1, Math.max(0, id.indexOf(":")));
}

function isOurs(kind: KindInfo): boolean {
  return kind.verbs.includes("list") && kind.verbs.includes("patch") && kind.verbs.includes("delete");
}

function ignoreForbidden(error: unknown): readonly Manifest[] {
  if (isGitOpsError(error) && (error.code === "Forbidden" || error.code === "NotFound")) return [];
  throw error;
}

function unknownGroup(group: string, kind: string): GitOpsError {
  return new GitOpsError(`the API group ${group} of ${kind} does not answer, so its objects cannot be compared`, {
    code: "Unavailable",
    retryable: true,
  });
}
