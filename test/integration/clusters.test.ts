import { randomUUID } from "node:crypto";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { openCluster } from "../../components/sync/cluster.ts";
import { remove } from "../../components/sync/delete.ts";
import { announceReplaced, refuseMoved } from "../../components/sync/replaced.ts";
import type { OwnSandbox } from "../support/own-sandbox.ts";
import { startOwnSandbox } from "../support/own-sandbox.ts";
import { readSandbox } from "../support/sandbox.ts";
import { deployed, openScene } from "./scene.ts";

describe("an environment on two clusters", () => {
  const first = readSandbox(process.env);
  let second: OwnSandbox;
  let folder: string;

  beforeAll(async () => {
    [second, folder] = await Promise.all([startOwnSandbox(), mkdtemp(join(tmpdir(), "clusters-"))]);
  });
  afterAll(async () => {
    await second.close();
    await rm(folder, { recursive: true });
  });

  /** The same way each time, whatever cluster it leads to. */
  async function waysTo(kubeconfig: string) {
    const path = join(folder, randomUUID());
    await copyFile(kubeconfig, path);
    const reference = { kind: "kubeconfig", path } as const;
    return { reference, lead: (to: string) => copyFile(to, path) };
  }

  it("puts each Application on its own, where the other one is not seen", async () => {
    const namespace = `two-${randomUUID().slice(0, 8)}`;
    const [here, there] = [await waysTo(first.kubeconfig), await waysTo(second.sandbox.kubeconfig)];
    const one = await openScene(here.reference, namespace);
    const two = await openScene(there.reference, namespace);
    const outputs = await deployed(one.deploy([one.configMap("one")]));
    const others = await deployed(two.deploy([two.configMap("two")]));
    expect(outputs.clusterId).not.toBe(others.clusterId);
    expect(await two.live("ConfigMap", "one")).toBeUndefined();
    expect((await one.look(outputs)).outputs.drift).toEqual([]);
    expect((await two.look(others)).outputs.drift).toEqual([]);
    await remove(others, two.report);
    expect(await two.live("ConfigMap", "two")).toBeUndefined();
    expect(await one.live("ConfigMap", "one")).toBeDefined();
  });

  it("refuses the second one when its reference leads to another cluster than before", async () => {
    const namespace = `moved-${randomUUID().slice(0, 8)}`;
    const there = await waysTo(second.sandbox.kubeconfig);
    const before = await openScene(there.reference, namespace);
    const outputs = await deployed(before.deploy([before.configMap("one")]));
    // A process keeps a cluster that it has opened, so the next one is played by another spelling of the same reference.
    await there.lead(first.kubeconfig);
    const respelt = {
      ...outputs,
      cluster: { ...there.reference, path: there.reference.path.replace(folder, `${folder}/.`) },
    };
    const refusal =
      /leads to another cluster \(kube-system .*\) than the one this environment was deployed to .*; nothing was changed/;
    const seen = await before.look(respelt);
    expect(seen.outputs.drift).toEqual([expect.stringMatching(/^this is another cluster/)]);
    expect(refuseMoved(seen.inputs)).toMatch(refusal);
    await expect(remove(respelt, before.report)).rejects.toThrow(refusal);
    const scene = await openScene(respelt.cluster, namespace);
    await expect(scene.deploy([scene.configMap("one")], respelt)).rejects.toThrow(refusal);
    expect(await scene.live("ConfigMap", "one")).toBeUndefined();
    expect(await before.live("ConfigMap", "one")).toBeDefined();
  });

  it("deploys anew to a cluster that is declared to take the place of the first, and deletes nothing in either", async () => {
    const namespace = `replaced-${randomUUID().slice(0, 8)}`;
    const there = await waysTo(second.sandbox.kubeconfig);
    const old = await openScene(there.reference, namespace);
    const outputs = await deployed(old.deploy([old.configMap("one"), old.configMap("two")]));
    const scene = await openScene({ kind: "kubeconfig", path: first.kubeconfig }, namespace);
    const { id: clusterId } = await openCluster(scene.reference);
    announceReplaced(namespace, { [clusterId]: outputs.clusterId });
    await expect(scene.deploy([scene.configMap("one")], outputs)).rejects.toThrow(/leads to another cluster/);
    announceReplaced(namespace, { [outputs.clusterId]: clusterId });

    const anew = await deployed(scene.deploy([scene.configMap("one")], outputs));
    expect(anew).toMatchObject({ clusterId, inventory: [`ConfigMap ${namespace}/one`], complete: true });
    expect(anew.history).toHaveLength(2);
    expect(scene.warnings).toEqual([
      expect.stringMatching(/its 2 objects in the cluster that was replaced .* not deleted/),
    ]);
    expect((await scene.look(anew)).outputs.drift).toEqual([]);
    // One that leaves Git in the very run in which its cluster is replaced.
    expect(await remove({ ...outputs, cluster: scene.reference }, scene.report)).toEqual([]);
    for (const name of ["one", "two"]) expect(await old.live("ConfigMap", name)).toBeDefined();
    expect(await scene.live("ConfigMap", "one")).toBeDefined();
  });
});
