import type { KindInfo } from "../kubernetes/client.ts";
import { ENVIRONMENT_LABEL, environmentLabel } from "../manifest/ownership.ts";
import type { Board } from "./board.ts";
import { createBoard } from "./board.ts";
import type { Cluster } from "./cluster.ts";
import { isNarrow } from "./reach.ts";

/** Live objects of one kind of one environment: one LIST and one WATCH, however many Applications wait for theirs. */
export interface Hub {
  readonly follow: Board["follow"];
  /** Keeps a hub without followers for the one that is about to come. */
  linger(): void;
  /** Rejects when the cluster can no longer be watched. */
  readonly broken: Promise<never>;
}

/** The next wait of the same or another Application comes soon, and would list and watch the kind again. */
const LINGER_MS = 5_000;

const hubs = new Map<string, Hub>();

/**
 * The running hub of a kind, or a new one; it ends some seconds after its last follower.
 * @param namespace of the object to follow; the hub covers the whole cluster all the same if we may see so much
 */
export function hubOf(cluster: Cluster, environment: string, kind: KindInfo, namespace: string): Hub {
  const labelSelector = `${ENVIRONMENT_LABEL}=${environmentLabel(environment)}`;
  const selection = { labelSelector, ...(isNarrow(cluster, kind) && { namespace }) };
  const key = JSON.stringify([cluster.id, kind.group, kind.kind, selection]);
  const known = hubs.get(key);
  known?.linger();
  if (known !== undefined) return known;
  const hub = startHub(cluster, kind, selection, () => hubs.delete(key));
  hubs.set(key, hub);
  return hub;
}

/** Which objects of a kind. */
interface Selection {
  readonly labelSelector: string;
  readonly namespace?: string;
}

function startHub(cluster: Cluster, kind: KindInfo, selection: Selection, onEnd: () => void): Hub {
  const stop = new AbortController();
  const end = () => {
    onEnd();
    stop.abort();
  };
  let ending: NodeJS.Timeout | undefined;
  const board = createBoard(() => (ending = setTimeout(end, LINGER_MS).unref()));
  const broken = Promise.withResolvers<never>();
  // Nobody may be waiting when it breaks.
  broken.promise.catch(() => undefined);
  feed(board, cluster, kind, selection, stop.signal).catch((error: unknown) => {
    onEnd();
    broken.reject(error);
  });
  const follow: Hub["follow"] = (text, listener) => {
    clearTimeout(ending);
    ending = undefined;
    return board.follow(text, listener);
  };
  return { follow, linger: () => void ending?.refresh(), broken: broken.promise };
}

async function feed(
  board: Board,
  { client }: Cluster,
  kind: KindInfo,
  selection: Selection,
  signal: AbortSignal,
): Promise<void> {
  const { items, resourceVersion } = await client.list(kind, selection);
  board.replace(items);
  for await (const event of client.watch(kind, { ...selection, resourceVersion, signal })) {
    if (event.type === "RELIST") board.replace(event.items);
    else if (event.type === "DELETED") board.remove(event.object);
    else if (event.type !== "BOOKMARK") board.put(event.object);
  }
}
