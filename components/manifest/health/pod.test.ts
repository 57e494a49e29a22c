import { describe, expect, it } from "@jest/globals";
import { condition, live } from "./live.fixture.ts";
import { assessPod } from "./pod.ts";

function waiting(reason: string, message = ""): object {
  return { name: "api", state: { waiting: { reason, message } } };
}

function terminated(state: "state" | "lastState", end: object): object {
  return { name: "api", [state]: { terminated: end } };
}

const always = { restartPolicy: "Always" };
const never = { restartPolicy: "Never" };
const ready = condition("Ready", "True");
const unready = condition("Ready", "False", "ContainersNotReady", "containers with unready status: [api]");
const IGNORE = { "argocd.argoproj.io/ignore-restart-policy": "true" };

describe("a Pod", () => {
  it.each([
    [
      "Degraded when its image cannot be pulled",
      always,
      { phase: "Pending", containerStatuses: [waiting("ImagePullBackOff", "Back-off pulling image")] },
      "Degraded",
      "container api: Back-off pulling image",
    ],
    [
      "Degraded when an init container crashes",
      always,
      { phase: "Pending", initContainerStatuses: [waiting("CrashLoopBackOff")] },
      "Degraded",
      "container api: CrashLoopBackOff",
    ],
    [
      "Degraded when a container cannot be configured",
      always,
      { phase: "Pending", containerStatuses: [waiting("CreateContainerConfigError")] },
      "Degraded",
      "container api: CreateContainerConfigError",
    ],
    [
      "Degraded by every broken container",
      always,
      { phase: "Running", containerStatuses: [waiting("ErrImagePull"), waiting("RunContainerError")] },
      "Degraded",
      "container api: ErrImagePull; container api: RunContainerError",
    ],
    [
      "not Degraded by an error when it shall not restart",
      never,
      { phase: "Pending", containerStatuses: [waiting("ErrImagePull")] },
      "Progressing",
      "waiting for the containers to start",
    ],
    [
      "Progressing while containers are made",
      always,
      { phase: "Pending", containerStatuses: [waiting("ContainerCreating")] },
      "Progressing",
      "waiting for the containers to start",
    ],
    [
      "Progressing while no node has room",
      always,
      {
        phase: "Pending",
        conditions: [condition("PodScheduled", "False", "Unschedulable", "0/3 nodes are available")],
      },
      "Progressing",
      "0/3 nodes are available",
    ],
    ["Healthy when it has completed", never, { phase: "Succeeded" }, "Healthy", "the pod has completed"],
    [
      "Degraded when it has failed with a message",
      never,
      { phase: "Failed", message: "evicted" },
      "Degraded",
      "evicted",
    ],
    [
      "Degraded when it has run out of memory",
      never,
      { phase: "Failed", containerStatuses: [terminated("state", { exitCode: 137, reason: "OOMKilled" })] },
      "Degraded",
      "container api failed: out of memory (OOMKilled)",
    ],
    [
      "Degraded with the exit code of an init container",
      never,
      { phase: "Failed", initContainerStatuses: [terminated("state", { exitCode: 2, reason: "Error" })] },
      "Degraded",
      "container api failed: exit code 2",
    ],
    [
      "Degraded with the message of a container",
      never,
      {
        phase: "Failed",
        containerStatuses: [
          terminated("state", { exitCode: 0 }),
          terminated("state", { exitCode: 1, message: "no config" }),
        ],
      },
      "Degraded",
      "container api failed: no config",
    ],
    ["Degraded when it has failed for no known reason", never, { phase: "Failed" }, "Degraded", "the pod has failed"],
    [
      "Healthy when it runs and is ready",
      always,
      { phase: "Running", conditions: [ready] },
      "Healthy",
      "the pod is ready",
    ],
    [
      "Degraded when it runs, is not ready and was restarted",
      always,
      { phase: "Running", conditions: [unready], containerStatuses: [terminated("lastState", { exitCode: 1 })] },
      "Degraded",
      "container api was restarted: exit code 1",
    ],
    [
      "Healthy when it is ready again",
      always,
      { phase: "Running", conditions: [ready], containerStatuses: [terminated("lastState", { exitCode: 1 })] },
      "Healthy",
      "the pod is ready",
    ],
    [
      "Progressing when it runs and is not ready",
      always,
      { phase: "Running", conditions: [unready] },
      "Progressing",
      "containers with unready status: [api]",
    ],
    [
      "Progressing when it runs without conditions",
      always,
      { phase: "Running" },
      "Progressing",
      "waiting for the pod to be ready",
    ],
    [
      "Progressing while it runs to completion",
      { restartPolicy: "OnFailure" },
      { phase: "Running", conditions: [ready] },
      "Progressing",
      "running to completion",
    ],
    ["Unknown in an unknown phase", always, { phase: "Unknown" }, "Unknown", "the pod is in phase Unknown"],
    ["Unknown without a phase", always, {}, "Unknown", "the pod has no phase yet"],
  ])("is %s", (_, spec, status, health, message) => {
    expect(assessPod(live("v1", "Pod", spec, status))).toEqual({ status: health, message });
  });

  it.each([
    ["counts", IGNORE, "Degraded"],
    ["does not count in a hook", { ...IGNORE, "argocd.argoproj.io/hook": "Sync" }, "Progressing"],
  ])("that asks to be treated as restarting %s", (_, annotations, expected) => {
    const status = { phase: "Pending", containerStatuses: [waiting("ErrImagePull")] };
    expect(assessPod(live("v1", "Pod", never, status, annotations)).status).toBe(expected);
  });
});
