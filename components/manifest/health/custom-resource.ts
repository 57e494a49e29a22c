import type { Health } from "../health.ts";
import type { Manifest } from "../object.ts";
import { causeOf, conditionOf, read } from "./reading.ts";
import { degraded, healthy, isOutdated, olderGeneration, outdated, progressing, suspended } from "./results.ts";

/**
 * Health of a kind that nothing else is known about, by the conventions of kstatus (kubernetes-sigs/cli-utils, pkg/kstatus);
 * undefined when the object follows none of them.
 *
 * A condition that is False reads Progressing, as in kstatus, although Argo CD's rules for many kinds say Degraded: controllers
 * retry, what they miss is often applied by the same sync, and a wait ends by its timeout. `Succeeded` is the exception: by the
 * convention of run-to-completion kinds (Knative, Tekton) it is Unknown while the work goes on and False when it has failed.
 */
export function assessCustomResource(object: Manifest): Health | undefined {
  return paused(object) ?? outdated(object) ?? motion(object) ?? summary(object);
}

/** Health by a condition that is True when all is well; undefined when the object has none of that type. */
export function byCondition(object: Manifest, type: string): Health | undefined {
  const condition = conditionOf(object, type);
  if (condition === undefined) return undefined;
  if (isOutdated(object, condition)) return progressing(olderGeneration(condition));
  if (condition.status === "True") return healthy(causeOf(condition, `${type} is true`));
  return progressing(causeOf(condition, `waiting for ${type} to be true`));
}

// Flux, Cluster API and others stop looking at such an object, so waiting for them would never end.
function paused(object: Manifest): Health | undefined {
  const isPaused = read(object, "spec", "suspend") === true || read(object, "spec", "paused") === true;
  return isPaused ? suspended("its reconciliation is suspended") : undefined;
}

function motion(object: Manifest): Health | undefined {
  const reconciling = conditionOf(object, "Reconciling");
  if (reconciling?.status === "True") return progressing(causeOf(reconciling, "the controller is working on it"));
  const stalled = conditionOf(object, "Stalled");
  if (stalled?.status !== "True") return undefined;
  const message = causeOf(stalled, "the controller is stalled");
  return isOutdated(object, stalled) ? progressing(message) : degraded(message);
}

function summary(object: Manifest): Health | undefined {
  return byCondition(object, "Ready") ?? byCondition(object, "Available") ?? outcome(object);
}

function outcome(object: Manifest): Health | undefined {
  const succeeded = conditionOf(object, "Succeeded");
  if (succeeded?.status !== "False" || isOutdated(object, succeeded)) return byCondition(object, "Succeeded");
  return degraded(causeOf(succeeded, "it has failed"));
}
