import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { runOrFail } from "../support/command.ts";
import { expectExit } from "../support/expect-exit.ts";
import { objectsIn } from "../support/objects.ts";
import type { OwnSandbox } from "../support/own-sandbox.ts";
import { startOwnSandbox } from "../support/own-sandbox.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

describe("an environment on two clusters", () => {
  let world: World;
  let second: OwnSandbox;

  beforeAll(async () => {
    second = await startOwnSandbox();
    world = await createWorld({ stacks: ["qa"], services: ["api-service", "worker-service"] });
    const worker = await world.readApplication("worker-service");
    await world.writeApplication(
      "worker-service",
      worker.replace("server: https://kubernetes.default.svc", "name: second"),
    );
  });
  afterAll(async () => {
    await world.close();
    await second.close();
  });

  it("holds an Application whose cluster nobody declared, and deploys the other", async () => {
    const up = await world.up("qa", ["--skip-preview"]);
    expectExit(up, 1);
    expect(up.output).toContain("worker-service: spec.destination: there is no cluster second");
    expect(Object.keys(await objectsIn(world, "qa"))).not.toContain("Deployment worker-service");
  });

  it("sends each Application to its own cluster, and looks at both", async () => {
    await world.configure("qa", "gitops:clusters", { second: { kind: "kubeconfig", path: second.sandbox.kubeconfig } });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(Object.keys(await objectsIn(world, "qa"))).not.toContain("Deployment worker-service");
    expect(await deploymentsThere()).toBe("deployment.apps/worker-service");
    await runOrFail("kubectl", [...there(), "scale", "deployment/worker-service", "--replicas=7"]);
    const preview = await world.preview("qa", ["--diff", "--expect-no-changes"]);
    expectExit(preview, 7);
    expect(preview.output).toMatch(/replicas: 7 => \d/);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  function there(): readonly string[] {
    return [`--kubeconfig=${second.sandbox.kubeconfig}`, `--namespace=${world.nameOf("qa")}`];
  }

  async function deploymentsThere(): Promise<string> {
    return (await runOrFail("kubectl", [...there(), "get", "deployments", "--output=name"])).trim();
  }
});
