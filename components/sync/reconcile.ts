import { parseJson } from "../exact-json.ts";
import type { Manifest } from "../manifest/object.ts";
import { isTaken, ownershipOf } from "../manifest/ownership.ts";
import type { CheckedInputs } from "../sync.protocol.ts";
import type { Awaiting } from "./approval.ts";
import { awaitApproval } from "./approval.ts";
import type { Attempt } from "./attempt.ts";
import { waitFor } from "./attempt.ts";
import { wantedUids } from "./extra.ts";
import { compileIgnore } from "./ignore.ts";
import { extrasIn } from "./extra.ts";
import { ensureNamespace } from "./namespace.ts";
import type { Observation } from "./observe.ts";
import { propagationOf } from "./options.ts";
import type { Plan } from "./plan.ts";
import { hookTasks, plan } from "./plan.ts";
import type { Removal } from "./prune.ts";
import { removeWaves } from "./prune.ts";
import { driftRules } from "./rules.ts";
import { spare } from "./spare.ts";
import { carryOut } from "./steps.ts";
import { survey } from "./survey.ts";

/** Hooks of these phases run when something else happens, and are dry-run in a sync: then it would be too late. */
const OTHER_PHASES = ["SyncFail", "PreDelete", "PostDelete"] as const;

/**
 * Observe, plan, dry-run everything, apply step by step, wait for health, prune last. Every write is recorded in the
 * progress as it happens.
 * @returns what was left although Git does not have it, and why
 * @throws GitOpsError of the first stage that failed; the stages after it did not begin
 */
export async function reconcile(attempt: Attempt): Promise<readonly string[]> {
  const { cluster, inputs } = attempt;
  const manifests = Object.values(inputs.manifests).map((text) => parseJson(text) as Manifest);
  const ignoreRulesOf = compileIgnore(inputs.policy.ignore);
  const rules = driftRules(inputs.environment, inputs.policy.people, () => manifests);
  const { environment, application } = inputs;
  const [memory, inventory] = [attempt.progress.memory(), attempt.progress.inventory()];
  const { namespace } = inputs.policy;
  const subject = { environment, application, namespace, inventory, memory, rules, ignoreRulesOf };
  const observation = withoutTaken(await survey(cluster, attempt.snapshot, subject), inputs);
  const awaiting = noteAwaiting(attempt, observation);
  const hooks = inputs.hooks ?? {};
  const wanted = { desired: inputs.manifests, hooks, runHooks: attempt.runHooks };
  const planned = plan(wanted, memory, observation, inputs.policy, awaiting);
  forgetVanished(attempt, observation);
  await ensureNamespace(cluster.client, inputs);
  const writing = { client: cluster.client, inputs, rules, ignoreRulesOf, ours: ownUids(observation, inputs) };
  await carryOut(attempt, writing, planned.steps, attempt.runHooks ? hookTasks(hooks, OTHER_PHASES) : []);
  if (inputs.policy.wait === "healthy") await waitFor(attempt, manifests);
  return prune(attempt, planned);
}

function ownUids({ live }: Observation, owner: CheckedInputs): ReadonlySet<string> {
  const own = [...live.values()].filter((object) => ownershipOf(object, owner).state === "own");
  return new Set(own.map(({ metadata }) => metadata.uid ?? ""));
}

/** What Git moved to another Application, and that one has taken, is as good as gone; so is a second name of what Git has. */
function withoutTaken(observation: Observation, inputs: CheckedInputs): Observation {
  const wanted = wantedUids(observation.live, inputs.manifests);
  const isGone = ([text, object]: readonly [string, Manifest]) =>
    !Object.hasOwn(inputs.manifests, text) && (isTaken(object, inputs) || wanted.has(object.metadata.uid ?? ""));
  return { ...observation, live: new Map([...observation.live].filter((entry) => !isGone(entry))) };
}

/** What Git does not have and somebody has deleted is nobody's concern any more; neither is what has become a hook. */
function forgetVanished({ inputs, progress }: Attempt, { live }: Observation): void {
  for (const text of progress.inventory()) {
    if (Object.hasOwn(inputs.manifests, text)) continue;
    if (!live.has(text) || Object.hasOwn(inputs.hooks ?? {}, text)) progress.removed(text);
  }
}

/** The clock of a removal that needs approval starts when it is first seen. */
function noteAwaiting({ inputs, progress }: Attempt, { live }: Observation): Awaiting {
  const extra = extrasIn(live, inputs.manifests, inputs.hooks ?? {});
  const awaiting = awaitApproval(extra, inputs.policy, progress.awaiting(), Date.now());
  progress.awaits(awaiting);
  return awaiting;
}

async function prune(attempt: Attempt, planned: Plan): Promise<readonly string[]> {
  const { cluster, inputs, progress } = attempt;
  const { environment, application, policy } = inputs;
  const spared = await spare(planned.prune, attempt);
  const kept = [...spared.kept];
  for (const text of spared.forgotten) progress.removed(text);
  const onRemoved = (removals: readonly Removal[]) => {
    for (const { text, reason } of removals) {
      progress.removed(text);
      if (reason !== undefined) kept.push(`${text}: ${reason}`);
    }
  };
  const options = { environment, application, propagation: propagationOf(policy), timeoutMs: policy.timeoutMs };
  await removeWaves(cluster.client, spared.waves, { ...options, onRemoved });
  return [...planned.kept, ...kept];
}
