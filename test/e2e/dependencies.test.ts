import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { imageIn } from "../support/objects.ts";
import { substitute } from "../support/repository.ts";
import type { Service, World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

const LABEL = "        app.kubernetes.io/name: worker-service\n    spec:";
const BEHAVIOUR = "        sandbox.pulumi-gitops.dev/behaviour: crash-loop\n";
const dependsOn = (names: string) =>
  substitute("  annotations:\n", `  annotations:\n    pulumi-gitops.dev/depends-on: ${names}\n`);

describe("an Application that depends on another", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    const text = await world.readApplication("api-service");
    await world.writeApplication("api-service", dependsOn("worker-service")(text));
  });
  afterAll(() => world.close());

  /** What was written to the Deployments of two services, in order: every write of the first came before any of the second. */
  function expectOrder(writes: readonly string[], first: Service, second: Service): void {
    const concerns = (service: Service) => (write: string) => write.includes(`/deployments/${service}`);
    expect(writes.findIndex(concerns(first))).toBeGreaterThanOrEqual(0);
    expect(writes.findIndex(concerns(second))).toBeGreaterThan(writes.findLastIndex(concerns(first)));
  }

  it("is first deployed when that one is healthy", async () => {
    const audit = await world.followAudit();
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expectOrder((await audit()).writes, "worker-service", "api-service");
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("stays as it runs when that one fails, is named, and is not removed; the others are done", async () => {
    await world.configure("qa", "gitops:overrides", { "worker-service": { timeout: "6s" } });
    await world
      .repository("worker-service")
      .push("develop", { "k8s/deployment.yaml": substitute(LABEL, LABEL.replace("\n", `\n${BEHAVIOUR}`)) });
    for (const service of ["api-service", "scheduler-service"]) await world.images.push(service, ["qa-v1.0.10"]);
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 1);
    expect(output).toContain("api-service: not tried: it depends on worker-service, which failed");
    expect(output).not.toContain("unhandled");
    expect(await imageIn(world, "qa", "api-service")).toBe(world.imageOf("api-service", "qa-v1.0.9"));
    expect(await imageIn(world, "qa", "scheduler-service")).toBe(world.imageOf("scheduler-service", "qa-v1.0.10"));
    expect(Object.keys(await world.syncs("qa")).toSorted()).toEqual(SERVICES);
  });

  it("is not removed either where Pulumi stops at the first failure", async () => {
    const env = { ...world.env, PULUMI_CONTINUE_ON_ERROR: undefined };
    const output = expectExit(await world.up("qa", ["--skip-preview"], { env }), 1);
    expect(output).not.toContain("unhandled");
    expect(Object.keys(await world.syncs("qa")).toSorted()).toEqual(SERVICES);
    expect(await imageIn(world, "qa", "api-service")).toBe(world.imageOf("api-service", "qa-v1.0.9"));
  });

  it("goes on once that one is mended", async () => {
    await world
      .repository("worker-service")
      .push("develop", { "k8s/deployment.yaml": (text) => text.replace(BEHAVIOUR, "") });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await imageIn(world, "qa", "api-service")).toBe(world.imageOf("api-service", "qa-v1.0.10"));
  });

  it("has its last syncs in the stack output, with who did them and what came of them", async () => {
    const { "worker-service": worker, "scheduler-service": scheduler } = await world.statuses("qa");
    const synced = { result: "synced", by: expect.stringMatching(/./), at: expect.stringMatching(/Z$/) };
    const failed = { ...synced, result: expect.stringMatching(/^failed: .*worker-service/) };
    expect(worker).toMatchObject({ history: [synced, failed, failed, synced] });
    expect(scheduler).toMatchObject({ history: [synced, synced] });
  });

  it("is on hold with all others of a circle, which a preview shows with file and line", async () => {
    const text = await world.readApplication("worker-service");
    await world.writeApplication("worker-service", dependsOn("api-service")(text));
    const output = expectExit(await world.preview("qa"), 1);
    await world.writeApplication("worker-service", text);
    expect(output).toMatch(/api-service\.yaml:\d+: .*circle: api-service -> worker-service -> api-service/);
    expect(output).toMatch(/worker-service\.yaml:\d+: .*circle: worker-service -> api-service -> worker-service/);
    expect(output).not.toMatch(/scheduler-service: .*circle/);
  });

  it("is deleted before that one", async () => {
    const audit = await world.followAudit();
    expectExit(await world.pulumi(["destroy", "--stack=qa", "--yes", "--skip-preview"]), 0);
    const { writes } = await audit();
    expectOrder(
      writes.filter((write) => write.startsWith("delete ")),
      "api-service",
      "worker-service",
    );
  });
});
