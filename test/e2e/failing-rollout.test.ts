import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { imageIn, objectIn } from "../support/objects.ts";
import { substitute } from "../support/repository.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const BEHAVIOUR = "sandbox.pulumi-gitops.dev/behaviour";
/** Of the pod template; the selector above it has the same text at another depth. */
const POD_LABEL = "        app.kubernetes.io/name: api-service\n    spec:";

describe("a rollout that fails", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });
  afterAll(() => world.close());

  it("ends in an error that names object and reason, while the other services are done", async () => {
    await world.configure("qa", "gitops:overrides", { "api-service": { timeout: "6s" } });
    await world.repository("api-service").push("develop", {
      "k8s/deployment.yaml": behave("crash-loop"),
      "k8s/extra.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n",
      "k8s/kustomization.yaml": substitute("resources:\n", "resources:\n  - extra.yaml\n"),
    });
    for (const service of ["scheduler-service", "worker-service"]) await world.images.push(service, ["qa-v1.0.10"]);
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 1);
    expect(output).toMatch(
      new RegExp(`error: .*apps/Deployment ${world.nameOf("qa")}/api-service.*CrashLoopBackOff`, "s"),
    );
    for (const service of ["scheduler-service", "worker-service"] as const)
      expect(await imageIn(world, "qa", service)).toBe(world.imageOf(service, "qa-v1.0.10"));
  });

  it("keeps the true inventory in the state", async () => {
    const ns = world.nameOf("qa");
    const { "api-service": sync } = await world.syncs("qa");
    await objectIn(world, "qa", "configmap", "extra");
    expect(sync?.outputs?.["inventory"]).toEqual([
      `ConfigMap ${ns}/api-service`,
      `ConfigMap ${ns}/extra`,
      `Service ${ns}/api-service`,
      `apps/Deployment ${ns}/api-service`,
      `autoscaling/HorizontalPodAutoscaler ${ns}/api-service`,
    ]);
  });

  it("is shown in a stack output", async () => {
    const { "api-service": api, "worker-service": worker } = await world.statuses("qa");
    expect(api).toMatchObject({ sync: expect.stringMatching(/OutOfSync|Unknown/) });
    expect(worker).toMatchObject({ sync: "Synced", health: { status: "Healthy" } });
  });

  it("is still to be done for a preview", async () => {
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 7);
  });

  it("is tried again by the next up, which fails in the same way while nothing is better", async () => {
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 1);
    expect(output).toContain("CrashLoopBackOff");
  });

  it("is over after the fix: what the failed run made is pruned, and a preview is clean", async () => {
    await world.repository("api-service").push("develop", {
      "k8s/deployment.yaml": (text) => text.replace(`        ${BEHAVIOUR}: crash-loop\n`, ""),
      "k8s/extra.yaml": undefined,
      "k8s/kustomization.yaml": substitute("  - extra.yaml\n", ""),
    });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    await expect(objectIn(world, "qa", "configmap", "extra")).rejects.toThrow("NotFound");
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it.each([
    { behaviour: "image-pull", reason: /ImagePullBackOff|ErrImagePull/ },
    { behaviour: "never-ready", reason: /apps\/Deployment [^ ]+\/api-service/ },
  ])("names the reason of $behaviour, too", async ({ behaviour, reason }) => {
    const repository = world.repository("api-service");
    const good = await repository.commitOf("develop");
    await repository.push("develop", { "k8s/deployment.yaml": behave(behaviour) });
    const failed = await world.up("qa", ["--skip-preview"]);
    expectExit(failed, 1);
    expect(failed.output).toMatch(reason);
    await repository.reset("develop", good);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });

  it("does not wait for the timeout when Kubernetes has given up before", async () => {
    const repository = world.repository("api-service");
    await world.configure("qa", "gitops:overrides", undefined);
    await repository.push("develop", {
      "k8s/deployment.yaml": (text) =>
        behave("never-ready")(text).replace("spec:\n", "spec:\n  progressDeadlineSeconds: 2\n"),
    });
    const failed = await world.up("qa", ["--skip-preview"]);
    expectExit(failed, 1);
    expect(failed.output).toMatch(/apps\/Deployment [^ ]+\/api-service: Degraded: .*has timed out progressing/);
    expect(failed.endedAt.getTime() - failed.startedAt.getTime()).toBeLessThan(60_000);
  });
});

function behave(behaviour: string): (text: string) => string {
  return substitute(POD_LABEL, POD_LABEL.replace("\n", `\n        ${BEHAVIOUR}: ${behaviour}\n`));
}
