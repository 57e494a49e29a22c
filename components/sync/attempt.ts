import type { Manifest } from "../manifest/object.ts";
import { refOf } from "../manifest/object.ts";
import type { CheckedInputs } from "../sync.protocol.ts";
import type { Cluster } from "./cluster.ts";
import type { HookContext } from "./hook.ts";
import type { HookRuns } from "./hook-runs.ts";
import type { Progress } from "./progress.ts";
import type { Report } from "./report.ts";
import type { Snapshot } from "./snapshot.ts";
import { waitHealthy } from "./wait.ts";

/** One attempt at one Application. */
export interface Attempt {
  readonly cluster: Cluster;
  readonly snapshot: Snapshot;
  readonly inputs: CheckedInputs;
  readonly progress: Progress;
  readonly report: Report;
  /** The hooks of the whole sync, of which this is one attempt. */
  readonly runs: HookRuns;
  /** Whether Git has changed: drift is healed without hooks. */
  readonly runHooks: boolean;
}

/** The attempt as its hooks see it. */
export function hookContext({ cluster, inputs, runs, report }: Attempt): HookContext {
  return { cluster, owner: inputs, runs, report };
}

/** @throws GitOpsError naming the object that is degraded, or not healthy within the Application's timeout */
export function waitFor({ cluster, inputs, progress, report }: Attempt, manifests: readonly Manifest[]): Promise<void> {
  const { environment, policy } = inputs;
  const options = {
    environment,
    timeoutMs: policy.timeoutMs,
    notBefore: progress.written(),
    onProgress: report.status,
  };
  return waitHealthy(cluster, manifests.map(refOf), options);
}
