import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { runOrFail } from "../support/command.ts";
import { expectExit } from "../support/expect-exit.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

describe("an environment of one developer", () => {
  let world: World;
  let namespace: string;

  beforeAll(async () => {
    world = await createWorld({ stacks: [], services: ["api-service", "worker-service"] });
    namespace = `kim-${world.organisation}`;
    const stack = `config:
  gitops:environment: ${namespace}
  gitops:namespace: ${namespace}
  gitops:targetRevision: develop
  gitops:images:
    allowTags: 'regexp:^qa-(v1\\.0\\.[0-9]+)$'
  gitops:overrides:
    worker-service:
      pins: { app: qa-v1.0.8 }
`;
    expect(stack.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
    await writeFile(join(world.folder, "Pulumi.kim.yaml"), stack);
    expectExit(await world.pulumi(["stack", "init", "kim"]), 0);
  });
  afterAll(async () => {
    await runOrFail("kubectl", [...admin(), "delete", "namespace", namespace, "--ignore-not-found", "--wait=false"]);
    await world.close();
  });

  const admin = () => [`--kubeconfig=${world.sandbox.kubeconfig}`];
  const config = (...args: readonly string[]) => world.pulumi(["config", ...args, "--stack=kim"]);
  async function images(): Promise<string> {
    const args = ["get", "deployments", `--namespace=${namespace}`];
    return runOrFail("kubectl", [
      ...admin(),
      ...args,
      "--output=jsonpath={.items[*].spec.template.spec.containers[*].image}",
    ]);
  }

  it("is a stack file of ten lines", async () => {
    expectExit(await world.pulumi(["up", "--stack=kim", "--yes", "--skip-preview"]), 0);
    expect(await images()).toBe(
      `${world.imageOf("api-service", "qa-v1.0.9")} ${world.imageOf("worker-service", "qa-v1.0.8")}`,
    );
  });

  it("is changed by `pulumi config`: a path into a map, a secret", async () => {
    expectExit(await config("set", "--path", "gitops:overrides.api-service.pins.app", "qa-v1.0.8"), 0);
    expectExit(await config("set", "--secret", "--path", "gitops:people[0]", "acme-*"), 0);
    expectExit(await world.pulumi(["up", "--stack=kim", "--yes", "--skip-preview"]), 0);
    expect(await images()).toContain(world.imageOf("api-service", "qa-v1.0.8"));
    expect((await config()).stdout).toMatch(/^people\s.*\[secret\]/m);
  });

  it("says every mistake at once, with its key", async () => {
    expectExit(await config("set", "--path", "gitops:overrides.api-service.timeout", "soon"), 0);
    expectExit(await config("set", "gitops:wait", "perhaps"), 0);
    const preview = await world.pulumi(["preview", "--stack=kim"]);
    expectExit(preview, 1);
    expect(preview.output).toContain(
      'gitops:overrides.api-service.timeout: expected a duration like "5m", found "soon"',
    );
    expect(preview.output).toContain('gitops:wait: expected "healthy" or "applied", found "perhaps"');
  });
});
