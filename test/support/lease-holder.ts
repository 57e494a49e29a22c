// A run of its own, as far as the Lease is concerned: takes it, then writes a ConfigMap again and again, until it may not or its input
// ends. Arguments: environment, namespace, seconds for which a holder may be silent. Prints one JSON line for what happens.
import { causeOf } from "../../components/error.ts";
import { openCluster } from "../../components/sync/cluster.ts";
import { describeHolder } from "../../components/sync/holder.ts";
import { takeLease } from "../../components/sync/take-lease.ts";

const [environment = "", namespace = "", durationSeconds = ""] = process.argv.slice(2);
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);
const told = (sentence: string) => say({ told: sentence });
const enough = new AbortController();
process.stdin.once("end", () => enough.abort()).resume();

const { client } = await openCluster({ kind: "kubeconfig" });
try {
  const lease = await takeLease({
    ...{ client, environment, holder: describeHolder(), durationSeconds: Number(durationSeconds), lookEveryMs: 100 },
    report: { status: told, info: told, warning: told },
  });
  say({ event: "taken" });
  const fenced = client.guarded(lease);
  for (let count = 1; !enough.signal.aborted; count++) {
    await fenced.apply(
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "written", namespace },
        data: { by: String(process.pid), count: String(count) },
      },
      { manager: "lease-holder", force: true, dryRun: false },
    );
    say({ event: "wrote", count });
  }
  await lease.release();
  say({ event: "released" });
} catch (error) {
  say({ event: "stopped", message: causeOf(error) });
}
process.exit();
