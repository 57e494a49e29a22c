import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import type { ApiProxy, Fault } from "../support/api-proxy.ts";
import { isApply } from "../support/api-proxy.ts";
import { deploymentsIn, imageIn } from "../support/objects.ts";
import type { OwnSandbox } from "../support/own-sandbox.ts";
import { startOwnSandbox } from "../support/own-sandbox.ts";
import { substitute } from "../support/repository.ts";
import { troubleApi } from "../support/trouble.ts";
import { waitFor } from "../support/wait-for.ts";
import type { World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

const STORM: readonly Fault[] = [
  { status: 503 },
  { status: 429, headers: { "retry-after": "1" } },
  "reset",
  { status: 500 },
  { status: 504 },
];

describe("an API server in trouble", () => {
  let world: World;
  let proxy: ApiProxy;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"], application: (text) => text.replace("duration: 5s", "duration: 1s") });
    ({ proxy, env } = await troubleApi(world));
  });
  afterAll(async () => {
    await proxy.close();
    await world.close();
  });

  async function expectConverged(): Promise<void> {
    proxy.meddle(() => undefined);
    expectExit(await world.preview("qa", ["--expect-no-changes", "--diff"]), 0);
  }

  it("is ridden out in the first deployment: every other request of the first sixty fails", async () => {
    proxy.meddle(({ number }) => (number < 60 && number % 2 === 0 ? STORM[(number / 2) % STORM.length] : undefined));
    expectExit(await world.up("qa", ["--skip-preview"], { env }), 0);
    expect(proxy.faults()).toBeGreaterThanOrEqual(20);
    await expectConverged();
  });

  it("is ridden out by the Application's backoff when writes are refused", async () => {
    for (const service of SERVICES) await world.images.push(service, ["qa-v1.0.10"]);
    let conflicts = 0;
    proxy.meddle((passing) => (isApply(passing) && conflicts++ < 2 ? { status: 409 } : undefined));
    const output = expectExit(await world.up("qa", ["--skip-preview"], { env }), 0);
    expect(output).toMatch(/retry 1 of 5 in 1 s: /);
    for (const service of SERVICES)
      expect(await imageIn(world, "qa", service)).toBe(world.imageOf(service, "qa-v1.0.10"));
    await expectConverged();
  });

  it("is believed when it has done what it did not answer", async () => {
    await world.images.push("worker-service", ["qa-v1.0.11"]);
    let cut = 0;
    proxy.meddle((passing) => (isApply(passing) && cut++ < 1 ? "cut answer" : undefined));
    expectExit(await world.up("qa", ["--skip-preview"], { env }), 0);
    expect(cut).toBeGreaterThan(1);
    await expectConverged();
  });
});

describe("an API server that is restarted in mid-sync", () => {
  let own: OwnSandbox;
  let world: World;
  let proxy: ApiProxy;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    own = await startOwnSandbox();
    world = await createWorld({ stacks: ["qa"], sandbox: own.sandbox });
    ({ proxy, env } = await troubleApi(world));
  });
  afterAll(async () => {
    await proxy.close();
    await world.close();
    await own.close();
  });

  async function restartApiServer(): Promise<void> {
    await own.stop("kube-apiserver");
    await own.start("kube-apiserver");
  }

  async function expectClean(): Promise<void> {
    expectExit(await world.preview("qa", ["--expect-no-changes", "--diff"]), 0);
  }

  it("is ridden out when it goes away in the middle of the first writes", async () => {
    let writes = 0;
    proxy.meddle((passing) => {
      if (isApply(passing)) writes++;
      return undefined;
    });
    const up = world.up("qa", ["--skip-preview"], { env });
    await waitFor("the first write", () => writes > 0, 60_000);
    await restartApiServer();
    expectExit(await up, 0);
    await expectClean();
  });

  it("is ridden out when it goes away while pods become ready", async () => {
    await world.repository("worker-service").push("develop", { "k8s/deployment.yaml": slowPods("8s") });
    let written = false;
    proxy.meddle(({ method, path }) => {
      if (method === "PATCH" && path.includes("/deployments/worker-service") && !path.includes("dryRun"))
        written = true;
      return undefined;
    });
    const up = world.up("qa", ["--skip-preview"], { env });
    await waitFor("the Deployment to be written", () => written, 60_000);
    await waitFor("the new pods", async () => (await pods()).includes("Pending") || (await pods()).includes("false"));
    await restartApiServer();
    expectExit(await up, 0);
    for (const { spec, status } of await deploymentsIn(world, "qa"))
      expect(status.availableReplicas).toBe(spec.replicas);
    await expectClean();
  });

  it("is not mistaken for another cluster, nor another cluster for it", async () => {
    const elsewhere = { ...world.env, KUBECONFIG: process.env["KUBECONFIG"] };
    for (const run of [
      await world.preview("qa", [], { env: elsewhere }),
      await world.up("qa", [], { env: elsewhere }),
    ]) {
      expectExit(run, 1);
      expect(run.output).toMatch(/error: .*leads to another cluster/);
    }
    await expectClean();
  });

  function pods(): Promise<string> {
    return world.kubectl("qa", [
      "get",
      "pods",
      "--output=jsonpath={.items[*].status.containerStatuses[*].ready} {.items[*].status.phase}",
    ]);
  }
});

function slowPods(delay: string): (text: string) => string {
  const label = "        app.kubernetes.io/name: worker-service\n    spec:";
  const slow = `        app.kubernetes.io/name: worker-service
        sandbox.pulumi-gitops.dev/behaviour: slow
      annotations:
        sandbox.pulumi-gitops.dev/delay: ${delay}
    spec:`;
  return substitute(label, slow);
}
