import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { followAudit } from "../support/audit.ts";
import type { Run } from "../support/command.ts";
import { expectExit } from "../support/expect-exit.ts";
import { objectIn } from "../support/objects.ts";
import { descendantsOf, kill } from "../support/processes.ts";
import { substitute } from "../support/repository.ts";
import type { ServiceAccount } from "../support/service-account.ts";
import { createServiceAccount, writeKubeconfig } from "../support/service-account.ts";
import { waitFor } from "../support/wait-for.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const LABEL = "        app.kubernetes.io/name: worker-service\n    spec:";

/** Pods take a while to become ready, and what comes after them is written then. */
const slow = (delay: string) => `        app.kubernetes.io/name: worker-service
        sandbox.pulumi-gitops.dev/behaviour: slow
      annotations:
        sandbox.pulumi-gitops.dev/delay: ${delay}
    spec:`;

/** Longer than another `up` needs to come to its first write, also on a busy machine. */
const LONG = "30s";

const LATER = (text: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: later, annotations: { argocd.argoproj.io/sync-wave: "1" } }
data: { text: ${text} }
`;

describe("two runs at once on one environment, from two backends", () => {
  let world: World;
  let account: ServiceAccount;
  let elsewhere: NodeJS.ProcessEnv;
  let asleep: readonly number[] = [];

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"], services: ["scheduler-service", "worker-service"] });
    await world.repository("worker-service").push("develop", {
      "k8s/later.yaml": LATER("first"),
      "k8s/kustomization.yaml": substitute("resources:\n", "resources:\n  - later.yaml\n"),
      "k8s/deployment.yaml": substitute(LABEL, slow(LONG)),
    });
    account = await createServiceAccount(world.sandbox.kubeconfig, `${world.organisation}-elsewhere`);
    const state = join(world.folder, "state-elsewhere");
    await mkdir(state);
    elsewhere = {
      ...world.env,
      PULUMI_BACKEND_URL: `file://${state}`,
      KUBECONFIG: await writeKubeconfig(join(world.folder, "kubeconfig-elsewhere"), world.sandbox, account.token),
    };
    expectExit(await world.pulumi(["stack", "init", "qa"], { env: elsewhere }), 0);
  });
  afterAll(async () => {
    asleep.forEach(kill);
    await account.remove();
    await world.close();
  });

  const upElsewhere = () => world.up("qa", ["--skip-preview"], { env: elsewhere });

  /** Starts `up`. @returns when it waits for the pods of the Deployment that it has just written */
  async function startUp(): Promise<{ readonly pid: number; readonly up: Promise<Run> }> {
    const generation = await generationOf();
    let pid = 0;
    const up = world.up("qa", ["--skip-preview"], { onStart: (child) => (pid = child.pid!) });
    await waitFor("the Deployment to be written", async () => (await generationOf()) > generation, 60_000);
    return { pid, up };
  }

  async function generationOf(): Promise<number> {
    const found = objectIn(world, "qa", "deployment", "worker-service");
    return found.then(
      ({ metadata }) => metadata.generation ?? 0,
      () => 0,
    );
  }

  async function textOfLater(): Promise<string | undefined> {
    return (await objectIn(world, "qa", "configmap", "later")).data?.["text"];
  }

  async function holder(): Promise<unknown> {
    const leases = JSON.parse(await world.kubectl("qa", ["get", "leases", "--namespace=default", "--output=json"])) as {
      items: { metadata: { annotations?: Record<string, string> }; spec: { holderIdentity?: string } }[];
    };
    const held = leases.items.filter(
      ({ metadata }) => metadata.annotations?.["pulumi-gitops.dev/holds"] === world.nameOf("qa"),
    );
    expect(held).toHaveLength(1);
    return held[0]?.spec.holderIdentity;
  }

  it("lets one proceed; the other writes nothing and says for each Application who deploys and since when", async () => {
    const { up } = await startUp();
    const audit = await followAudit(world.sandbox.auditLog, account.username);
    const refused = expectExit(await upElsewhere(), 1);
    for (const service of ["scheduler-service", "worker-service"])
      expect(refused).toMatch(
        new RegExp(
          `gitops:Sync \\(${world.nameOf("qa")}-${service}\\):\\n(?:(?!.*gitops:Sync).*\\n)*?\\s+error: ${world.nameOf("qa")} is being deployed by .*@.*, pid \\d+, started .*, since 20.*Z; nothing was written`,
        ),
      );
    expect((await audit()).writes).toEqual([]);
    expectExit(await up, 0);
    expect(await textOfLater()).toBe("first");
  });

  it("is over when the first has ended: its Lease was given back, and the other one goes on at once", async () => {
    expect(await holder()).toBe("");
    const audit = await followAudit(world.sandbox.auditLog, account.username);
    const output = expectExit(await upElsewhere(), 0);
    expect(output).not.toContain("sign of life");
    const leases = (await audit()).writes.filter((write) => write.includes("/leases"));
    // Taken, given back, and renewed a few times in between.
    expect(leases.length).toBeGreaterThanOrEqual(2);
    expect(leases.length).toBeLessThanOrEqual(6);
  });

  it("needs no Lease for a preview", async () => {
    const audit = await followAudit(world.sandbox.auditLog, account.username);
    expectExit(await world.preview("qa", ["--expect-no-changes"], { env: elsewhere }), 0);
    const { reads, writes } = await audit();
    expect(reads.filter((read) => read.includes("/leases"))).toEqual([]);
    expect(writes).toEqual([]);
  });

  it("does not let a run that was asleep write over what a newer one has written meanwhile", async () => {
    const develop = {
      "k8s/deployment.yaml": substitute(LONG, "5s"),
      "k8s/later.yaml": LATER("asleep"),
    };
    await world.repository("worker-service").push("develop", develop);
    const { pid, up } = await startUp();
    asleep = [pid, ...(await descendantsOf(pid))];
    for (const each of asleep) process.kill(each, "SIGSTOP");
    await world.repository("worker-service").push("develop", {
      "k8s/deployment.yaml": substitute("5s", "2s"),
      "k8s/later.yaml": LATER("awake"),
    });
    const tookOver = expectExit(await upElsewhere(), 0);
    expect(tookOver).toMatch(/warning: took .* over from .*, pid \d+, .*, who gave no sign of life for 15 s/);
    expect(await textOfLater()).toBe("awake");

    for (const each of asleep) process.kill(each, "SIGCONT");
    const woken = expectExit(await up, 1);
    asleep = [];
    expect(woken).toMatch(
      /this run may not write to .* any more and stopped: it had gone silent, and another run took .* over and has ended since/,
    );
    expect(await textOfLater()).toBe("awake");
    expectExit(await world.preview("qa", ["--expect-no-changes", "--diff"], { env: elsewhere }), 0);
  });
});
