import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../../components/manifest/object.ts";
import { remove } from "../../components/sync/delete.ts";
import { announce } from "../../components/sync/members.ts";
import type { SyncRecord } from "../../components/sync/record.ts";
import { deployed, openScene, viewOf } from "./scene.ts";
import { definition, widget } from "./widget.ts";

// Real API server, real controllers; each test has a namespace and an environment of its own.

describe("a sync against a real API server", () => {
  it("creates the namespace and the objects, and finds nothing to say afterwards", async () => {
    const { deploy, configMap, live, look, namespace } = await openScene();
    const outputs = await deployed(deploy([configMap("one"), configMap("two")]));
    expect(outputs.inventory).toEqual([`ConfigMap ${namespace}/one`, `ConfigMap ${namespace}/two`]);
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "blue" });
    const { inputs, outputs: seen } = await look(outputs);
    expect(seen).toEqual(outputs);
    expect(inputs.health).toBe("Healthy");
  });

  it("shows a changed value as the live one, a missing object as absent, and heals both", async () => {
    const { client, deploy, configMap, target, live, look, namespace } = await openScene();
    const objects = [configMap("changed"), configMap("missing")];
    const outputs = await deployed(deploy(objects));
    const patch = [{ op: "replace", path: "/data/color", value: "red" }];
    await client.patchJson(target("ConfigMap", "changed"), patch, { manager: "kubectl-edit" });
    const { metadata } = (await live("ConfigMap", "missing"))!;
    await client.remove(target("ConfigMap", "missing"), { uid: metadata.uid!, propagation: "Background" });

    const { inputs, outputs: drifted } = await look(outputs);
    expect(drifted.drift).toEqual([
      expect.stringMatching(/ConfigMap .*changed: data\.color: "?red"? => "?blue"?/),
      `ConfigMap ${namespace}/missing: is missing`,
    ]);
    expect(Object.keys(inputs.manifests)).toEqual([`ConfigMap ${namespace}/changed`]);
    expect(JSON.parse(inputs.manifests[`ConfigMap ${namespace}/changed`]!)).toMatchObject({ data: { color: "red" } });

    const healed = await deployed(deploy(objects, drifted));
    expect((await live("ConfigMap", "changed"))?.["data"]).toEqual({ color: "blue" });
    expect(await live("ConfigMap", "missing")).toBeDefined();
    expect((await look(healed)).outputs.drift).toEqual([]);
  });

  it("removes what a person added, and leaves what a controller added", async () => {
    const { client, deploy, configMap, target, live, look } = await openScene();
    const outputs = await deployed(deploy([configMap("one")]));
    const add = (key: string) => [{ op: "add", path: `/data/${key}`, value: "x" }];
    await client.patchJson(target("ConfigMap", "one"), add("person"), { manager: "kubectl-edit" });
    await client.patchJson(target("ConfigMap", "one"), add("operator"), { manager: "some-operator" });
    const drifted = (await look(outputs)).outputs;
    expect(drifted.drift).toHaveLength(1);
    expect(drifted.drift[0]).toContain("data.person");
    const healed = await deployed(deploy([configMap("one")], drifted));
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "blue", operator: "x" });
    expect((await look(healed)).outputs.drift).toEqual([]);
  });

  it("prunes what Git dropped, and only that", async () => {
    const { deploy, configMap, live } = await openScene();
    const first = await deployed(deploy([configMap("keep"), configMap("drop")]));
    const second = await deployed(deploy([configMap("keep")], first));
    expect(second.inventory).toHaveLength(1);
    expect(await live("ConfigMap", "drop")).toBeUndefined();
    expect(await live("ConfigMap", "keep")).toBeDefined();
  });

  it("refuses to prune everything when Git is empty", async () => {
    const { deploy, configMap, live } = await openScene();
    const first = await deployed(deploy([configMap("keep")]));
    await expect(deploy([], first)).rejects.toThrow(/Git holds no objects/);
    expect(await live("ConfigMap", "keep")).toBeDefined();
  });

  it("writes nothing at all when one object of many is refused", async () => {
    const { deploy, configMap, live } = await openScene();
    const bad = configMap("bad");
    await expect(deploy([configMap("good"), { ...bad, data: { number: 1 } }])).rejects.toThrow(/ConfigMap/);
    expect(await live("ConfigMap", "good")).toBeUndefined();
  });

  it("does not touch an object that somebody else made, and names them", async () => {
    const { client, deploy, configMap, live, namespace } = await openScene();
    await deployed(deploy([configMap("other")]));
    await client.create(configMap("theirs", { color: "green" }), { manager: "kubectl-create" });
    await expect(deploy([configMap("mine"), configMap("theirs")])).rejects.toThrow(
      `ConfigMap ${namespace}/theirs: belongs to kubectl-create`,
    );
    expect((await live("ConfigMap", "theirs"))?.["data"]).toEqual({ color: "green" });
    expect(await live("ConfigMap", "mine")).toBeUndefined();
  });

  it("takes it over when told to adopt", async () => {
    const { client, deploy, configMap, live } = await openScene();
    await deployed(deploy([configMap("other")]));
    await client.create(configMap("theirs", { color: "green", left: "over" }), { manager: "kubectl-create" });
    await deployed(deploy([configMap("other"), configMap("theirs")], undefined, { adopt: true }));
    expect((await live("ConfigMap", "theirs"))?.["data"]).toEqual({ color: "blue" });
  });

  it("finds and prunes what a killed run left behind, although no state knows of it", async () => {
    const { deploy, configMap, live } = await openScene();
    const first = await deployed(deploy([configMap("keep")]));
    // The run that made it never wrote its state: `first` is all that is known.
    await deployed(deploy([configMap("keep"), configMap("orphan"), { ...serviceAccount(first) }], first));
    const third = await deployed(deploy([configMap("keep")], first));
    expect(await live("ConfigMap", "orphan")).toBeUndefined();
    expect(await live("ServiceAccount", "orphan")).toBeUndefined();
    expect(third.inventory).toHaveLength(1);
  });

  it("shows a stray object of ours as not in Git", async () => {
    const { deploy, configMap, look, namespace } = await openScene();
    const first = await deployed(deploy([configMap("keep")]));
    await deployed(deploy([configMap("keep"), configMap("stray")], first));
    const { inputs, outputs } = await look(first);
    expect(outputs.drift).toEqual([`ConfigMap ${namespace}/stray: is not in Git`]);
    expect(Object.keys(inputs.manifests)).toContain(`ConfigMap ${namespace}/stray`);
  });

  it("deletes all it made, and leaves the namespace and what is not its own", async () => {
    const { client, deploy, configMap, live, report } = await openScene();
    const outputs = await deployed(deploy([configMap("ours")]));
    await client.create(configMap("theirs"), { manager: "kubectl-create" });
    await remove(outputs, report, viewOf);
    expect(await live("ConfigMap", "ours")).toBeUndefined();
    expect(await live("ConfigMap", "theirs")).toBeDefined();
    expect(
      await client.get({ group: "", kind: "Namespace", namespace: "", name: outputs.policy.namespace }),
    ).toBeDefined();
  });

  it("deletes nothing that a newer resource of the same Application has claimed", async () => {
    const { deploy, configMap, live, report, warnings } = await openScene();
    const old = await deployed(deploy([configMap("one")]));
    await deployed(deploy([configMap("one")]));
    await remove(old, report, viewOf);
    expect(await live("ConfigMap", "one")).toBeDefined();
    expect(warnings.join()).toContain("taken over by a newer resource");
  });

  it("deletes nothing when the Application has no resources finalizer", async () => {
    const { deploy, configMap, live, report, warnings } = await openScene();
    const outputs = await deployed(deploy([configMap("one")], undefined, { cascade: "orphan" }));
    await remove(outputs, report, viewOf);
    expect(await live("ConfigMap", "one")).toBeDefined();
    expect(warnings.join()).toContain("stay in the cluster");
  });

  it("deletes a protected Application only when this run saw it leave Git", async () => {
    const { deploy, configMap, live, report, namespace } = await openScene();
    const outputs = await deployed(deploy([configMap("one")], undefined, { protect: true }));
    await expect(remove(outputs, report, viewOf)).rejects.toThrow(/protected and nothing of it was deleted/);
    announce(namespace, [outputs.application, "another"]);
    await expect(remove(outputs, report, viewOf)).rejects.toThrow(/protected and nothing of it was deleted/);
    expect(await live("ConfigMap", "one")).toBeDefined();
    announce(namespace, ["another"]);
    await remove(outputs, report, viewOf);
    expect(await live("ConfigMap", "one")).toBeUndefined();
  });

  it("refuses a cluster that is not the one the state was written for", async () => {
    const { deploy, configMap, look, live, report } = await openScene();
    const outputs = await deployed(deploy([configMap("one")]));
    const elsewhere = { ...outputs, clusterId: "another" };
    const seen = (await look(elsewhere)).outputs;
    expect([seen.health, ...seen.drift]).toEqual([
      expect.stringMatching(/^Unknown: this is another cluster/),
      expect.stringMatching(/^this is another cluster/),
    ]);
    await expect(deploy([configMap("one"), configMap("two")], elsewhere)).rejects.toThrow(/another cluster/);
    await expect(remove(elsewhere, report, viewOf)).rejects.toThrow(/another cluster/);
    expect(await live("ConfigMap", "two")).toBeUndefined();
    expect(await live("ConfigMap", "one")).toBeDefined();
  });

  it("applies a definition and its first instance in one go", async () => {
    const { deploy, live, namespace } = await openScene();
    const group = `${namespace}.example.com`;
    const outputs = await deployed(
      deploy([widget(group, namespace), definition(group)], undefined, { cascade: "background" }),
    );
    expect(await live("Widget", "one", group)).toBeDefined();
    expect(outputs.inventory).toContain(`${group}/Widget ${namespace}/one`);
  });

  it("begins a wave only when the one before it is healthy", async () => {
    const { deploy, configMap, live, namespace } = await openScene();
    const later = configMap("later");
    const annotations = { "argocd.argoproj.io/sync-wave": "1" };
    const second = { ...later, metadata: { ...later.metadata, annotations } };
    const { error } = await deploy([configMap("first"), neverReady(namespace), second], undefined, { timeoutMs: 3000 });
    expect(String(error)).toContain("Deployment");
    expect(await live("ConfigMap", "first")).toBeDefined();
    expect(await live("ConfigMap", "later")).toBeUndefined();
  });

  it("keeps what was applied in the state when the rollout does not become healthy", async () => {
    const { deploy, configMap, namespace } = await openScene();
    const { outputs, error } = await deploy([configMap("one"), neverReady(namespace)], undefined, { timeoutMs: 3000 });
    expect(String(error)).toMatch(/Deployment .*web.*not|web/);
    expect(outputs.complete).toBe(false);
    expect(outputs.inventory).toEqual([`ConfigMap ${namespace}/one`, `apps/Deployment ${namespace}/web`]);
  });
});

function serviceAccount({ policy }: SyncRecord): Manifest {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "orphan", namespace: policy.namespace } };
}

function neverReady(namespace: string): Manifest {
  const labels = { app: "web", "sandbox.pulumi-gitops.dev/behaviour": "never-ready" };
  const containers = [{ name: "app", image: "registry.example.com/my-org/web:v1.0.0" }];
  const spec = { selector: { matchLabels: { app: "web" } }, template: { metadata: { labels }, spec: { containers } } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace }, spec };
}
