import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../../components/manifest/object.ts";
import { remove } from "../../components/sync/delete.ts";
import { deployed, openScene, viewOf } from "./scene.ts";

const SYNC_OPTIONS = "argocd.argoproj.io/sync-options";
const COMPARE_OPTIONS = "argocd.argoproj.io/compare-options";

function annotated(object: Manifest, annotations: Record<string, string>): Manifest {
  return { ...object, metadata: { ...object.metadata, annotations } };
}

describe("options that an object states itself", () => {
  it("Prune=false keeps it when Git drops it, visibly and without a change to be made", async () => {
    const { deploy, preview, configMap, live, namespace } = await openScene();
    const willStay = annotated(configMap("stays"), { [SYNC_OPTIONS]: "Validate=true, Prune=false" });
    const first = await deployed(deploy([configMap("keep"), willStay, configMap("goes")]));
    const second = await deployed(deploy([configMap("keep")], first));
    expect(await live("ConfigMap", "stays")).toBeDefined();
    expect(await live("ConfigMap", "goes")).toBeUndefined();
    const said = [`ConfigMap ${namespace}/stays: is not in Git; the sync option Prune=false keeps it`];
    expect(second.conditions).toEqual(said);
    expect(await preview([configMap("keep")], second)).toMatchObject({ changes: false, drift: [], conditions: said });
  });

  it("Prune=false does not keep it when the Application goes", async () => {
    const { deploy, configMap, live, report } = await openScene();
    const outputs = await deployed(deploy([annotated(configMap("one"), { [SYNC_OPTIONS]: "Prune=false" })]));
    await remove(outputs, report, viewOf);
    expect(await live("ConfigMap", "one")).toBeUndefined();
  });

  it("Delete=false keeps it when the Application goes, and says so, but not when Git drops it", async () => {
    const { deploy, configMap, live, report, warnings, namespace } = await openScene();
    const safe = (name: string) => annotated(configMap(name), { [SYNC_OPTIONS]: "Delete=false" });
    const first = await deployed(deploy([safe("one"), safe("two"), configMap("three")]));
    const second = await deployed(deploy([safe("one"), configMap("three")], first));
    expect(await live("ConfigMap", "two")).toBeUndefined();
    await remove(second, report, viewOf);
    expect(await live("ConfigMap", "one")).toBeDefined();
    expect(await live("ConfigMap", "three")).toBeUndefined();
    expect(warnings).toEqual([`ConfigMap ${namespace}/one is left: the sync option Delete=false keeps it`]);
  });

  it("IgnoreExtraneous makes an extra object nobody's concern, though it stays listed", async () => {
    const { deploy, preview, configMap, live, namespace } = await openScene();
    const extra = annotated(configMap("extra"), { [COMPARE_OPTIONS]: "IgnoreExtraneous" });
    const first = await deployed(deploy([configMap("keep"), extra]));
    const second = await deployed(deploy([configMap("keep")], first));
    expect(await live("ConfigMap", "extra")).toBeDefined();
    expect(second).toMatchObject({ conditions: [] });
    expect(second.inventory).toContain(`ConfigMap ${namespace}/extra`);
    expect(await preview([configMap("keep")], second)).toMatchObject({ changes: false, drift: [], conditions: [] });
    // As long as Git has it, it is compared like any other.
    expect((await preview([configMap("keep"), extra], first)).changes).toBe(false);
  });

  it("a word that nobody understands is said in each look, and keeps the object", async () => {
    const { deploy, preview, configMap, live, report, warnings, namespace } = await openScene();
    const misspelt = annotated(configMap("one"), { [SYNC_OPTIONS]: "Prune=flase" });
    const first = await deployed(deploy([misspelt, configMap("two")]));
    const mistake = 'sync option "Prune=flase": expected Prune=true or Prune=false or Prune=confirm';
    const said = [`ConfigMap ${namespace}/one: ${mistake}; the object is kept`];
    expect(first.conditions).toEqual(said);
    expect(await preview([misspelt, configMap("two")], first)).toMatchObject({ changes: false, conditions: said });
    const second = await deployed(deploy([configMap("two")], first));
    expect(second.conditions).toEqual([`ConfigMap ${namespace}/one: is not in Git, but kept: ${mistake}`]);
    await remove(second, report, viewOf);
    expect(await live("ConfigMap", "one")).toBeDefined();
    expect(await live("ConfigMap", "two")).toBeUndefined();
    expect(warnings).toEqual([`ConfigMap ${namespace}/one is left: ${mistake}`]);
  });
});

describe("options of the Application", () => {
  it("hold for every object that does not say otherwise", async () => {
    const { deploy, configMap, live, report, warnings, namespace } = await openScene();
    const policy = { syncOptions: ["Prune=false", "Delete=false"] };
    const goes = annotated(configMap("goes"), { [SYNC_OPTIONS]: "Prune=true,Delete=true" });
    const stays = annotated(configMap("deleted"), { [SYNC_OPTIONS]: "Delete=true" });
    const first = await deployed(deploy([configMap("one"), goes, stays, configMap("keep")], undefined, policy));
    const second = await deployed(deploy([stays, configMap("keep")], first, policy));
    expect(await live("ConfigMap", "goes")).toBeUndefined();
    expect(second.conditions).toEqual([
      `ConfigMap ${namespace}/one: is not in Git; the sync option Prune=false keeps it`,
    ]);
    await remove(second, report, viewOf);
    expect(await live("ConfigMap", "deleted")).toBeUndefined();
    for (const name of ["one", "keep"]) expect(await live("ConfigMap", name)).toBeDefined();
    expect(warnings).toHaveLength(2);
  });

  it("PrunePropagationPolicy=orphan leaves the dependents of what is pruned", async () => {
    const { deploy, configMap, live, client, target, namespace } = await openScene();
    const policy = { syncOptions: ["PrunePropagationPolicy=orphan"] };
    const first = await deployed(deploy([configMap("keep"), configMap("owner")], undefined, policy));
    const { uid } = (await live("ConfigMap", "owner"))!.metadata;
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid, blockOwnerDeletion: true }];
    const metadata = { name: "dependent", namespace, ownerReferences };
    await client.create({ apiVersion: "v1", kind: "ConfigMap", metadata }, { manager: "some-controller" });
    await deployed(deploy([configMap("keep")], first, policy));
    expect(await live("ConfigMap", "owner")).toBeUndefined();
    expect((await client.get(target("ConfigMap", "dependent")))?.metadata["ownerReferences"]).toBeUndefined();
  });

  it("ClientSideApplyMigration=false leaves the fields of kubectl apply alone", async () => {
    const { deploy, preview, change, configMap, live } = await openScene();
    const policy = { people: ["!kubectl-client-side-apply"] };
    const first = await deployed(deploy([configMap("one")], undefined, policy));
    await change("one", "more", "x", "kubectl-client-side-apply");
    expect(await preview([configMap("one")], first, policy)).toMatchObject({ changes: false, drift: [] });
    const second = await deployed(deploy([configMap("one", { color: "green" })], first, policy));
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "green", more: "x" });
    // Without the option they are migrated, and what Git does not state goes.
    await deployed(deploy([configMap("one", { color: "red" })], second));
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "red" });
  });

  it("what has another effect than in Argo CD is said in each look", async () => {
    const { deploy, preview, configMap } = await openScene();
    const policy = { remarks: ["sync option ServerSideApply=false has no effect: everything is applied server-side"] };
    const first = await deployed(deploy([configMap("one")], undefined, policy));
    expect(first.conditions).toEqual(policy.remarks);
    expect(await preview([configMap("one")], first, policy)).toMatchObject({
      changes: false,
      conditions: policy.remarks,
    });
  });
});

describe("a removal that waits for approval", () => {
  const CONFIRM = { [SYNC_OPTIONS]: "Prune=confirm,Delete=confirm" };

  it("is pruned once a person approves what was shown, and not by an older or forward dated word", async () => {
    const { deploy, up, preview, configMap, live, namespace } = await openScene();
    const precious = annotated(configMap("precious"), CONFIRM);
    const early = { deletionApproved: new Date().toISOString() };
    const first = await deployed(deploy([configMap("keep"), precious], undefined, early));
    const second = await up([configMap("keep")], first, early);
    const since = second.awaiting?.[`ConfigMap ${namespace}/precious`];
    const said = [
      `ConfigMap ${namespace}/precious: is not in Git; its removal waits for approval: annotate the Application with argocd.argoproj.io/deletion-approved: "${since}" or a later time`,
    ];
    expect(second).toMatchObject({ conditions: said, complete: true });
    expect(await preview([configMap("keep")], second, early)).toMatchObject({ changes: false, conditions: said });
    // Another commit neither prunes it nor lets the clock begin anew.
    const third = await up([configMap("keep", { color: "green" })], second, early);
    expect(third.awaiting).toEqual(second.awaiting);
    expect(await live("ConfigMap", "precious")).toBeDefined();

    const approved = { deletionApproved: since! };
    expect((await preview([configMap("keep", { color: "green" })], third, approved)).changes).toBe(true);
    const fourth = await up([configMap("keep", { color: "green" })], third, approved);
    expect(await live("ConfigMap", "precious")).toBeUndefined();
    expect(fourth).toMatchObject({ conditions: [] });
    expect(fourth).not.toHaveProperty("awaiting");
  });

  it("is approved even where self-heal is off", async () => {
    const { deploy, up, configMap, live, namespace } = await openScene();
    const off = { selfHeal: false };
    const first = await deployed(
      deploy([configMap("keep"), annotated(configMap("precious"), CONFIRM)], undefined, off),
    );
    const second = await up([configMap("keep")], first, off);
    const deletionApproved = second.awaiting![`ConfigMap ${namespace}/precious`]!;
    await up([configMap("keep")], second, { ...off, deletionApproved });
    expect(await live("ConfigMap", "precious")).toBeUndefined();
  });

  it("keeps the whole Application when it goes without a fresh approval", async () => {
    const { deploy, configMap, live, report } = await openScene();
    const objects = [configMap("one"), annotated(configMap("precious"), CONFIRM)];
    const outputs = await deployed(deploy(objects));
    await expect(remove(outputs, report, viewOf)).rejects.toThrow(
      /waits for approval \(Delete=confirm: ConfigMap .*precious\)/,
    );
    const stale = { ...outputs.policy, deletionApproved: "2020-01-01T00:00:00Z" };
    await expect(remove({ ...outputs, policy: stale }, report)).rejects.toThrow(/waits for approval/);
    expect(await live("ConfigMap", "one")).toBeDefined();
    const fresh = { ...outputs.policy, deletionApproved: new Date().toISOString() };
    await remove({ ...outputs, policy: fresh }, report);
    for (const name of ["one", "precious"]) expect(await live("ConfigMap", name)).toBeUndefined();
  });
});
