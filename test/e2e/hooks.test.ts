import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import type { LiveObject } from "../support/objects.ts";
import { imageIn, objectsIn } from "../support/objects.ts";
import { killTree } from "../support/processes.ts";
import { substitute } from "../support/repository.ts";
import { waitFor } from "../support/wait-for.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const BEHAVIOUR = "sandbox.pulumi-gitops.dev/behaviour";

describe("hooks of a service", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"], services: ["worker-service", "scheduler-service"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });
  afterAll(() => world.close());

  async function jobs(): Promise<Readonly<Record<string, LiveObject>>> {
    const { items } = JSON.parse(await world.kubectl("qa", ["get", "jobs", "--output=json"])) as {
      items: LiveObject[];
    };
    return Object.fromEntries(items.map((job) => [job.metadata.name, job]));
  }

  function push(files: Readonly<Record<string, string | ((text: string) => string)>>): Promise<string> {
    return world.repository("worker-service").push("develop", files);
  }

  const migration = (behaviour?: string) => job(world, "migrate", "PreSync", behaviour);

  it("are shown by a preview, run at their moment with the promoted image, and are no difference afterwards", async () => {
    await push({
      "k8s/migrate.yaml": migration(),
      "k8s/smoke.yaml": job(world, "smoke", "PostSync"),
      "k8s/alarm.yaml": job(world, "alarm", "SyncFail"),
      "k8s/backup.yaml": job(world, "backup", "PreDelete"),
      "k8s/kustomization.yaml": (text) => `${text}  - migrate.yaml\n  - smoke.yaml\n  - alarm.yaml\n  - backup.yaml\n`,
      "k8s/deployment.yaml": substitute('value: "4"', 'value: "8"'),
    });
    const preview = expectExit(await world.preview("qa", ["--diff"]), 0);
    expect(preview).toContain(`batch/Job ${world.nameOf("qa")}/migrate`);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    const ran = await jobs();
    expect(Object.keys(ran).toSorted()).toEqual(["migrate", "smoke"]);
    expect(JSON.stringify(ran["migrate"]?.spec)).toContain(world.imageOf("worker-service", "qa-v1.0.9"));
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("do not run when a manual change is healed", async () => {
    const before = await jobs();
    await world.kubectl("qa", ["scale", "deployment/worker-service", "--replicas=1"]);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect((await jobs())["migrate"]?.metadata.uid).toBe(before["migrate"]?.metadata.uid);
  });

  it("keep the old version running when the migration fails, and sound the alarm", async () => {
    await world.images.push("worker-service", ["qa-v1.0.10"]);
    await push({ "k8s/migrate.yaml": migration("fail") });
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 1);
    expect(output).toMatch(new RegExp(`error: .*batch/Job ${world.nameOf("qa")}/migrate: Degraded`, "s"));
    expect(await imageIn(world, "qa", "worker-service")).toBe(world.imageOf("worker-service", "qa-v1.0.9"));
    expect(Object.keys(await jobs())).toContain("alarm");
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 7);
  });

  it("are made good by the next up after `kill -9` in the middle of one", async () => {
    await push({ "k8s/migrate.yaml": migration("slow") });
    const failed = (await jobs())["migrate"]?.metadata.uid;
    let pid = 0;
    const up = world.up("qa", ["--skip-preview"], { onStart: (child) => (pid = child.pid!) });
    await waitFor(
      "the migration to run",
      async () => ![undefined, failed].includes((await jobs())["migrate"]?.metadata.uid),
    );
    await killTree(pid);
    expect(await up).toMatchObject({ signal: "SIGKILL" });
    expectExit(await world.pulumi(["cancel", "--stack=qa", "--yes"]), 0);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect((await jobs())["migrate"]?.status).toMatchObject({ succeeded: 1 });
    expect(await imageIn(world, "qa", "worker-service")).toBe(world.imageOf("worker-service", "qa-v1.0.10"));
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("run before an Application goes, and leave nothing", async () => {
    await world.writeApplication("worker-service", undefined);
    await world.configure("qa", "gitops:allowRemoval", ["worker-service"]);
    const trail = await world.followAudit();
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    const { writes } = await trail();
    const indexOf = (write: RegExp) => writes.findIndex((text) => write.test(text));
    expect(indexOf(/^patch .*\/jobs\/backup(?!.*dryRun)/)).toBeGreaterThan(-1);
    expect(indexOf(/^delete .*\/deployments\/worker-service/)).toBeGreaterThan(indexOf(/^patch .*\/jobs\/backup/));
    expect(await jobs()).toEqual({});
    expect(Object.keys(await objectsIn(world, "qa")).filter((name) => name.endsWith("worker-service"))).toEqual([]);
  });
});

function job(world: World, name: string, type: string, behaviour?: string): string {
  const label = behaviour === undefined ? "" : `      labels: {${BEHAVIOUR}: ${behaviour}}\n`;
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  annotations: {argocd.argoproj.io/hook: ${type}}
spec:
  backoffLimit: 0
  template:
    metadata:
      annotations: {team: worker}
${label}    spec:
      restartPolicy: Never
      containers:
        - name: ${name}
          image: ${world.imageOf("worker-service", "v1.0.0")}
`;
}
