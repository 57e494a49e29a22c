import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { run, runOrFail } from "../support/command.ts";
import { expectExit } from "../support/expect-exit.ts";
import { objectsIn, versions } from "../support/objects.ts";
import type { OwnSandbox } from "../support/own-sandbox.ts";
import { startOwnSandbox } from "../support/own-sandbox.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

// Two API servers play one cluster that was made anew under its old name.

describe("a cluster that was made anew", () => {
  let own: OwnSandbox;
  let world: World;
  let elsewhere: { readonly env: NodeJS.ProcessEnv };
  const kubeconfig = process.env["KUBECONFIG"];

  beforeAll(async () => {
    own = await startOwnSandbox();
    world = await createWorld({ stacks: ["qa"], services: ["api-service", "worker-service"], sandbox: own.sandbox });
    elsewhere = { env: { ...world.env, KUBECONFIG: kubeconfig } };
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });
  afterAll(async () => {
    await run("kubectl", [
      ...inNewOne(),
      "delete",
      "namespace",
      world.nameOf("qa"),
      "--ignore-not-found",
      "--wait=false",
    ]);
    await world.close();
    await own.close();
  });

  function inNewOne(): readonly string[] {
    return [`--kubeconfig=${kubeconfig ?? ""}`, `--namespace=${world.nameOf("qa")}`];
  }

  async function uidOf(kubeconfig: string): Promise<string> {
    const args = ["get", "namespace", "kube-system", "--output=jsonpath={.metadata.uid}"];
    return runOrFail("kubectl", [`--kubeconfig=${kubeconfig}`, ...args]);
  }

  it("is refused, also when the stack says that it is the other one that was replaced", async () => {
    const [old, found] = [await uidOf(own.sandbox.kubeconfig), await uidOf(kubeconfig ?? "")];
    await world.configure("qa", "gitops:replacedClusters", { [found]: old });
    const before = versions(await objectsIn(world, "qa"));
    for (const tried of [
      await world.preview("qa", [], elsewhere),
      await world.up("qa", ["--skip-preview"], elsewhere),
    ]) {
      const said = expectExit(tried, 1);
      expect(said).toMatch(/error: .*leads to another cluster/);
      expect(said).toContain(`gitops:replacedClusters: {"${old}": "${found}"}`);
    }
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
    expect(await runOrFail("kubectl", [...inNewOne(), "get", "deployments", "--output=name"])).toBe("");
    expect(Object.keys(await world.syncs("qa"))).toHaveLength(2);
    await world.configure("qa", "gitops:replacedClusters", { [old]: found });
  });

  it("gets everything anew once the stack says what the refusal says, while the old one is forgotten, not deleted", async () => {
    const before = versions(await objectsIn(world, "qa"));
    // One that leaves Git in the same run.
    await world.writeApplication("worker-service", undefined);
    await world.configure("qa", "gitops:allowRemoval", ["worker-service"]);
    const preview = await world.preview("qa", ["--diff", "--expect-no-changes"], elsewhere);
    expectExit(preview, 7);
    expect(preview.output).toMatch(/\+ apps\/Deployment .*api-service/);
    const up = await world.up("qa", ["--skip-preview"], elsewhere);
    expect(expectExit(up, 0)).toMatch(/objects in the cluster that was replaced .* were not deleted/);
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
    const there = await runOrFail("kubectl", [...inNewOne(), "get", "deployments", "--output=name"]);
    expect(there.trim()).toBe("deployment.apps/api-service");
    expectExit(await world.preview("qa", ["--expect-no-changes"], elsewhere), 0);
  });

  it("is not left again by a declaration that was left on", async () => {
    const preview = await world.preview("qa", ["--expect-no-changes"]);
    expect(expectExit(preview, 1)).toMatch(/leads to another cluster/);
  });
});
