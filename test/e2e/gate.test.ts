import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { imageIn } from "../support/objects.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

describe("a gate: production runs only what QA ran healthy for long enough", () => {
  let world: World;
  const gate = (healthyFor: string) =>
    world.configure("production", "gitops:gate", { stack: "organization/gitops/qa", healthyFor });
  const runningIn = (stack: "qa" | "production") => imageIn(world, stack, "api-service");

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa", "production"], services: ["api-service"] });
    await world.configure("qa", "gitops:images", { allowTags: "regexp:^qa-(v[0-9.]+)$", constraint: "1.x" });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });
  afterAll(() => world.close());

  it("deploys nothing for the first time that QA has not run, and says so", async () => {
    await gate("1s");
    const output = expectExit(await world.up("production", ["--skip-preview"]), 1);
    expect(output).toMatch(
      /not deployed: .*api-service: v1\.2\.0 is not proven: stack organization\/gitops\/qa has not run it healthy/,
    );
    await expect(runningIn("production")).rejects.toThrow();
    await world.configure("production", "gitops:gate", undefined);
    expectExit(await world.up("production", ["--skip-preview"]), 0);
  });

  it("lets a release wait that QA has not run", async () => {
    await gate("1s");
    await world.images.push("api-service", ["v1.3.0"]);
    const output = expectExit(await world.preview("production", ["--diff", "--expect-no-changes"]), 0);
    expect(output).toContain("v1.3.0 is not proven: stack organization/gitops/qa has not run it healthy");
  });

  it("lets it wait until QA has run it for long enough", async () => {
    await world.images.push("api-service", ["qa-v1.3.0"]);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await runningIn("qa")).toBe(world.imageOf("api-service", "qa-v1.3.0"));
    await gate("2h");
    const output = expectExit(await world.preview("production", ["--diff", "--expect-no-changes"]), 0);
    expect(output).toMatch(/v1\.3\.0 is not proven: it ran healthy in stack \S+ for \d+[sm], 2h are asked for/);
  });

  it("runs it then, and names the reason", async () => {
    await gate("1s");
    const output = expectExit(await world.up("production", ["--skip-preview"]), 0);
    expect(output).toContain("v1.2.0 => v1.3.0: v1.3.0 is higher than v1.2.0");
    expect(await runningIn("production")).toBe(world.imageOf("api-service", "v1.3.0"));
  });
});
