import { rm } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { objectsIn, versions } from "../support/objects.ts";
import { runOrFail } from "../support/command.ts";
import type { World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

describe("`pulumi destroy`", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa", "production"] });
    for (const stack of ["qa", "production"] as const) {
      expectExit(await world.up(stack, ["--skip-preview"]), 0);
    }
  });
  afterAll(() => world.close());

  it("leaves nothing of ours, and nothing of others' is gone", async () => {
    const foreign = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "by-hand" } };
    await world.kubectl("qa", ["create", "--filename=-"], { input: JSON.stringify(foreign) });
    await world.kubectl("qa", ["create", "deployment", "others", "--image=registry.example.com/others:v1"]);
    const { "ConfigMap by-hand": byHand } = versions(await objectsIn(world, "qa"));
    const production = versions(await objectsIn(world, "production"));
    expect(await labelledAnywhere(world)).toHaveLength(10);

    expectExit(await world.pulumi(["destroy", "--stack=qa", "--yes"]), 0);

    const left = await objectsIn(world, "qa");
    expect(Object.keys(left).toSorted()).toEqual(["ConfigMap by-hand", "Deployment others"]);
    expect(versions(left)["ConfigMap by-hand"]).toBe(byHand);
    expect(versions(await objectsIn(world, "production"))).toEqual(production);
    expect((await world.exported("qa")).deployment.resources ?? []).toEqual([]);
    expect(await labelledAnywhere(world)).toEqual([]);
  });

  it("leaves the objects that a newer owner has claimed", async () => {
    const up = await world.up("qa", ["--skip-preview"]);
    expectExit(up, 0);
    const claim = "pulumi-gitops.dev/claim=somebody-newer";
    await world.kubectl("qa", ["annotate", "service", "api-service", claim, "--overwrite"]);
    const output = expectExit(await world.pulumi(["destroy", "--stack=qa", "--yes"]), 0);
    expect(Object.keys(await objectsIn(world, "qa"))).toContain("Service api-service");
    expect(output).toMatch(/Service .*\/api-service is left: /);
  });

  it.each([
    { how: "with a preview", args: [], continueOnError: "true" },
    { how: "without a preview", args: ["--skip-preview"], continueOnError: "true" },
    { how: "without a preview, stopping at the first error", args: ["--skip-preview"], continueOnError: "false" },
    {
      how: "without a preview, running the program",
      args: ["--skip-preview", "--run-program"],
      continueOnError: "true",
    },
  ])("deletes nothing in production, which is protected: $how", async ({ args, continueOnError }) => {
    const before = versions(await objectsIn(world, "production"));
    const env = { ...world.env, PULUMI_CONTINUE_ON_ERROR: continueOnError };
    const output = expectExit(await world.pulumi(["destroy", "--stack=production", "--yes", ...args], { env }), 1);
    expect(output).toMatch(/protected/);
    expect(versions(await objectsIn(world, "production"))).toEqual(before);
    expect(Object.keys(await world.syncs("production")).toSorted()).toEqual(SERVICES);
  });

  it("does not keep Git from removing an Application of a protected environment", async () => {
    const text = await world.readApplication("worker-service");
    await world.writeApplication("worker-service", undefined);
    expectExit(await world.up("production", ["--skip-preview"]), 0);
    expect(Object.keys(await objectsIn(world, "production")).filter((name) => name.includes("worker"))).toEqual([]);
    await world.writeApplication("worker-service", text);
  });

  it("works in production once the protection is taken back and the program was run", async () => {
    await world.configure("production", "gitops:protect", false);
    expectExit(await world.up("production", ["--skip-preview"]), 0);
    expect(Object.keys(await objectsIn(world, "production"))).toHaveLength(10);
    expectExit(await world.pulumi(["destroy", "--stack=production", "--yes"]), 0);
    expect(await objectsIn(world, "production")).toEqual({});
    expect((await world.exported("production")).deployment.resources ?? []).toEqual([]);
  });

  it("needs nothing but the state and the cluster: Git and the registry may be gone", async () => {
    const up = await world.up("qa", ["--skip-preview"]);
    expectExit(up, 0);
    const env = { ...world.env, GIT_CONFIG_COUNT: "0", PULUMI_GITOPS_REGISTRIES: "/does/not/exist" };
    await rm(join(world.folder, "infra"), { recursive: true });
    expectExit(await world.pulumi(["destroy", "--stack=qa", "--yes"], { env }), 0);
    expect(await labelledAnywhere(world)).toEqual([]);
  });
});

/** Every object of this world's QA that still carries our label, of any kind in any namespace. */
async function labelledAnywhere(world: World): Promise<readonly string[]> {
  const flags = [`--kubeconfig=${world.sandbox.kubeconfig}`, "--all-namespaces"];
  const kinds = "deployments,services,configmaps,secrets,horizontalpodautoscalers,namespaces";
  const label = "pulumi-gitops\\.dev/environment";
  const output = `--output=jsonpath={range .items[*]}{.metadata.labels.${label}} {.kind} {.metadata.name}{"\\n"}{end}`;
  const lines = await runOrFail("kubectl", ["get", kinds, ...flags, output]);
  return lines.split("\n").filter((line) => line.startsWith(world.nameOf("qa")));
}
