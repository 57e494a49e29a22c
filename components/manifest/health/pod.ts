import type { Health } from "../health.ts";
import type { Members } from "../json.ts";
import type { Manifest } from "../object.ts";
import { causeOf, conditionOf, read, readList, readNumber, readText } from "./reading.ts";
import { degraded, healthy, progressing, unknown } from "./results.ts";

/** Argo CD: gitops-engine health_pod.go. */
export function assessPod(pod: Manifest): Health {
  const broken = isRestarted(pod) ? waitingInError(pod) : undefined;
  if (broken !== undefined) return degraded(broken);
  const phase = readText(pod, "status", "phase");
  if (phase === "Pending") return progressing(pending(pod));
  if (phase === "Succeeded") return healthy(messageOf(pod, "the pod has completed"));
  if (phase === "Failed") return degraded(failure(pod));
  if (phase === "Running") return running(pod);
  return unknown(messageOf(pod, phase === "" ? "the pod has no phase yet" : `the pod is in phase ${phase}`));
}

// Containers of other pods may rightly end in an error and be waited for, unless the object says that it is an ordinary pod.
function isRestarted({ spec, metadata }: Manifest): boolean {
  const marked = metadata.annotations?.["argocd.argoproj.io/ignore-restart-policy"] === "true";
  const isHook = metadata.annotations?.["argocd.argoproj.io/hook"] !== undefined;
  return readText(spec, "restartPolicy") === "Always" || (marked && !isHook);
}

function containersOf(pod: Manifest): readonly Members[] {
  return [...readList(pod, "status", "initContainerStatuses"), ...readList(pod, "status", "containerStatuses")];
}

const ERROR_REASON = /^Err|Error$|BackOff$/;

function waitingInError(pod: Manifest): string | undefined {
  const messages = containersOf(pod).flatMap((container) => {
    const reason = readText(container, "state", "waiting", "reason");
    const message = readText(container, "state", "waiting", "message");
    return ERROR_REASON.test(reason) ? [`container ${nameOf(container)}: ${message === "" ? reason : message}`] : [];
  });
  return messages.length === 0 ? undefined : messages.join("; ");
}

function pending(pod: Manifest): string {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") return causeOf(scheduled, "waiting to be scheduled");
  return messageOf(pod, "waiting for the containers to start");
}

function running(pod: Manifest): Health {
  if (readText(pod, "spec", "restartPolicy") !== "Always") return progressing(messageOf(pod, "running to completion"));
  const ready = conditionOf(pod, "Ready");
  if (ready?.status === "True") return healthy(messageOf(pod, "the pod is ready"));
  const ended = containersOf(pod).find((container) => read(container, "lastState", "terminated") !== undefined);
  if (ended !== undefined) return degraded(`container ${nameOf(ended)} was restarted: ${exitOf(ended, "lastState")}`);
  return progressing(causeOf(ready ?? { message: "", reason: "" }, "waiting for the pod to be ready"));
}

function failure(pod: Manifest): string {
  const failed = containersOf(pod).find(
    (container) => (readNumber(container, "state", "terminated", "exitCode") ?? 0) !== 0,
  );
  const fallback =
    failed === undefined ? "the pod has failed" : `container ${nameOf(failed)} failed: ${exitOf(failed, "state")}`;
  return messageOf(pod, fallback);
}

function exitOf(container: Members, state: "state" | "lastState"): string {
  const reason = readText(container, state, "terminated", "reason");
  if (reason === "OOMKilled") return "out of memory (OOMKilled)";
  const message = readText(container, state, "terminated", "message");
  if (message !== "") return message;
  return `exit code ${readNumber(container, state, "terminated", "exitCode") ?? "unknown"}`;
}

function messageOf(pod: Manifest, fallback: string): string {
  const message = readText(pod, "status", "message");
  return message === "" ? fallback : message;
}

function nameOf(container: Members): string {
  return readText(container, "name");
}
