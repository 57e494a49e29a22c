import { isGitOpsError } from "../error.ts";
import type { Cluster } from "./cluster.ts";
import { describeHolder } from "./holder.ts";
import type { Lease } from "./lease.ts";
import { shardOfRun } from "./members.ts";
import type { Report } from "./report.ts";
import { takeTurn } from "./take-turn.ts";

/** One Lease of this process: all Applications of an environment write under it. */
interface Tenure {
  readonly lease: Promise<Lease>;
  /** How many write now. */
  users: number;
  ending?: NodeJS.Timeout;
}

/** One Application may be done before another begins; so long the Lease is kept for it. */
const LINGER_MS = 2_000;

const HOLDER = describeHolder();
const tenures = new Map<string, Tenure>();
let released: Promise<unknown> = Promise.resolve();

/**
 * Runs what writes to an environment under its Lease: taken before the first such work of this process, kept while there is any,
 * given back after the last. The work gets a cluster whose writes stop when the Lease is lost.
 * @throws GitOpsError Refused when another run has it; then for the rest of this process, so that no run is done by halves
 */
export async function withLease<T>(
  cluster: Cluster,
  environment: string,
  report: Report,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const key = `${cluster.id} ${environment}`;
  const tenure = tenures.get(key) ?? begin(key, cluster, environment, report);
  clearTimeout(tenure.ending);
  tenure.users++;
  try {
    const client = cluster.client.guarded(await tenure.lease);
    return await work({ ...cluster, client });
  } finally {
    tenure.users--;
    if (tenure.users === 0) tenure.ending = setTimeout(() => end(key, tenure), LINGER_MS).unref();
  }
}

function begin(key: string, { client }: Cluster, environment: string, report: Report): Tenure {
  releaseWithProcess();
  const lease = released.then(() => takeTurn({ client, environment, holder: HOLDER, report }, shardOfRun(environment)));
  const tenure: Tenure = { lease, users: 0 };
  tenures.set(key, tenure);
  lease.catch((error: unknown) => {
    if (!isGitOpsError(error) || error.code !== "Refused") tenures.delete(key);
  });
  return tenure;
}

/** A Lease that was refused or lost stays so. */
function end(key: string, tenure: Tenure): void {
  const releasing = tenure.lease.then(
    async (held) => {
      if (held.isLost() || tenure.users > 0) return;
      tenures.delete(key);
      await held.release();
    },
    () => undefined,
  );
  released = Promise.all([released, releasing]);
}

let isReleasing = false;

/**
 * The engine ends its plugins by SIGINT, at the end of a run and when a person insists. A Lease under which something is still being
 * written is not given back: it runs out.
 */
function releaseWithProcess(): void {
  if (isReleasing) return;
  isReleasing = true;
  process.once("SIGINT", () => {
    for (const [key, tenure] of tenures) if (tenure.users === 0) end(key, tenure);
    void released.finally(() => process.exit(130));
  });
}
