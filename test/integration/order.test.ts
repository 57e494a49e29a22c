import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../../components/manifest/object.ts";
import { remove } from "../../components/sync/delete.ts";
import { hookJob } from "./job.ts";
import { deployed, openScene, viewOf } from "./scene.ts";
import { definition, widget } from "./widget.ts";

const WAVE = "argocd.argoproj.io/sync-wave";
const OPTIONS = "argocd.argoproj.io/sync-options";

function annotated(object: Manifest, annotations: Record<string, string>): Manifest {
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
  };
}

function inWave(object: Manifest, wave: number): Manifest {
  return annotated(object, { [WAVE]: String(wave) });
}

/** Deletion of the object is accepted, and never finishes by itself. */
function sticky(object: Manifest): Manifest {
  return { ...object, metadata: { ...object.metadata, finalizers: ["example.com/sticky"] } };
}

describe("the order of a sync", () => {
  it("is by waves, whatever the kinds and names", async () => {
    const { deploy, configMap, live } = await openScene();
    const waves = { a: 7, b: -2, c: 0 };
    await deployed(deploy(Object.entries(waves).map(([name, wave]) => inWave(configMap(name), wave))));
    // Nobody writes these objects again, so their versions tell when they were made.
    const versions = await Promise.all(
      ["b", "c", "a"].map(async (name) => Number((await live("ConfigMap", name))?.metadata.resourceVersion)),
    );
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  });

  it("ends at once when something of an earlier wave is degraded, with its reason", async () => {
    const { deploy, configMap, live, namespace } = await openScene();
    const { metadata, ...job } = hookJob(namespace, "broken", "x", { behaviour: "fail" });
    const ordinary = { ...job, metadata: { name: metadata.name, namespace } };
    const startedAt = Date.now();
    const { error } = await deploy([ordinary, inWave(configMap("later"), 1)]);
    expect(String(error)).toMatch(new RegExp(`batch/Job ${namespace}/broken: Degraded: .*; Pod ${namespace}/broken-`));
    expect(Date.now() - startedAt).toBeLessThan(25_000);
    expect(await live("ConfigMap", "later")).toBeUndefined();
  });

  it("waits between waves and before PostSync hooks even where the end is not waited for", async () => {
    const { deploy, configMap, live, namespace } = await openScene();
    const slow = (name: string) => {
      const { metadata, ...job } = hookJob(namespace, name, "x", { behaviour: "slow" });
      return { ...job, metadata: { name: metadata.name, namespace } } as Manifest;
    };
    const objects = [slow("first"), inWave(configMap("between"), 1), inWave(slow("last"), 2)];
    const first = await deployed(deploy(objects, undefined, { wait: "applied" }));
    const version = async (kind: string, name: string, group?: string) =>
      Number((await live(kind, name, group))?.metadata.resourceVersion);
    expect(await version("ConfigMap", "between")).toBeGreaterThan(await version("Job", "first", "batch"));
    expect((await live("Job", "last", "batch"))?.["status"]).not.toMatchObject({ succeeded: 1 });
    await deployed(deploy([...objects, hookJob(namespace, "after", "PostSync")], first, { wait: "applied" }));
    expect(await version("Job", "after", "batch")).toBeGreaterThan(await version("Job", "last", "batch"));
  });

  it("takes over the namespace that it has made when Git comes to have it as an object", async () => {
    const { client, deploy, configMap, look, namespace } = await openScene();
    const labels = { team: "web" };
    const home: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } };
    const made = async () =>
      (await client.get({ group: "", kind: "Namespace", namespace: "", name: namespace })) as Manifest | undefined;
    const first = await deployed(deploy([configMap("web")]));
    const uid = (await made())?.metadata.uid;
    const second = await deployed(deploy([configMap("web"), home], first));
    expect((await made())?.metadata).toMatchObject({ uid, labels });
    expect((await look(second)).outputs.drift).toEqual([]);
    // Git drops it again, and it stays: a Namespace is only removed when it says so itself.
    await deployed(deploy([configMap("web")], second));
    expect((await made())?.metadata.deletionTimestamp).toBeUndefined();
  });

  it("makes a namespace of another destination with the object that Git has for it", async () => {
    const { client, deploy, configMap, namespace } = await openScene();
    const name = `${namespace}-own`;
    const home: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { team: "web" } } };
    const web = { ...configMap("web"), metadata: { name: "web", namespace: name } };
    await deployed(deploy([web, home], undefined, { namespace: name }));
    const made = (await client.get({ group: "", kind: "Namespace", namespace: "", name })) as Manifest;
    expect(made.metadata.labels).toMatchObject({ team: "web" });
  });

  it("brings a namespace and a definition forward to what needs them", async () => {
    const { client, deploy, configMap, live, namespace } = await openScene();
    const other = `${namespace}-other`;
    const group = `${namespace}.example.com`;
    const resident = { ...configMap("resident"), metadata: { name: "resident", namespace: other } };
    const home: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: other } };
    const objects = [inWave(home, 9), resident, inWave(definition(group), 9), inWave(widget(group, namespace), -1)];
    await deployed(deploy(objects, undefined, { cascade: "background" }));
    expect(await client.get({ group: "", kind: "ConfigMap", namespace: other, name: "resident" })).toBeDefined();
    expect(await live("Widget", "one", group)).toBeDefined();
  });

  it("dry-runs an object again that needs a definition as Git changes it", async () => {
    const { deploy, live, namespace } = await openScene();
    const group = `${namespace}.example.com`;
    const first = await deployed(deploy([definition(group, ["size"]), widget(group, namespace, { size: 1 })]));
    const objects = [definition(group, ["size", "color"]), widget(group, namespace, { size: 1, color: 2 })];
    await deployed(deploy(objects, first));
    expect(await live("Widget", "one", group)).toMatchObject({ spec: { size: 1, color: 2 } });
  });

  it("writes nothing when anything is refused that can be dry-run, not even a definition", async () => {
    const { deploy, configMap, live, namespace } = await openScene();
    const group = `${namespace}.example.com`;
    const bad = { ...configMap("bad"), data: { number: 1 } };
    await expect(deploy([definition(group), widget(group, namespace), bad])).rejects.toThrow(/ConfigMap .*bad/);
    const kind = "CustomResourceDefinition";
    expect(await live(kind, `widgets.${group}`, "apiextensions.k8s.io").catch(() => undefined)).toBeUndefined();
  });

  it("names an instance that its definition of the same sync refuses, and applies nothing after the definition", async () => {
    const { deploy, configMap, live, namespace } = await openScene();
    const group = `${namespace}.example.com`;
    const wrong = widget(group, namespace, { sise: 1 });
    const { error } = await deploy([definition(group, ["size"]), wrong, inWave(configMap("later"), 1)]);
    expect(String(error)).toMatch(/Widget .*one.*sise/);
    expect(await live("ConfigMap", "later")).toBeUndefined();
  });
});

describe("the order of a prune", () => {
  it("mirrors the waves and waits for each: what a stuck one needed is still there", async () => {
    const { client, deploy, configMap, live, target, namespace } = await openScene();
    const kept = configMap("keep");
    const all = [kept, inWave(configMap("first"), -1), inWave(sticky(configMap("last")), 2)];
    const before = await deployed(deploy(all));
    const { outputs, error } = await deploy([kept], before, { timeoutMs: 2000 });
    expect(String(error)).toContain(`still being deleted: ConfigMap ${namespace}/last (waits for example.com/sticky)`);
    expect((await live("ConfigMap", "first"))?.metadata.deletionTimestamp).toBeUndefined();
    expect(outputs.inventory).toEqual(["first", "keep", "last"].map((name) => `ConfigMap ${namespace}/${name}`));

    const free = [{ op: "remove", path: "/metadata/finalizers" }];
    await client.patchJson(target("ConfigMap", "last"), free, { manager: "kubectl-patch" });
    const after = await deployed(deploy([kept], outputs));
    expect(await live("ConfigMap", "first")).toBeUndefined();
    expect(after.inventory).toEqual([`ConfigMap ${namespace}/keep`]);
  });

  it("leaves what asks for PruneLast until everything else is gone", async () => {
    const { deploy, configMap, live } = await openScene();
    const last = annotated(inWave(configMap("last"), 5), { [OPTIONS]: "PruneLast=true" });
    const before = await deployed(deploy([configMap("keep"), last, sticky(configMap("stuck"))]));
    const { error } = await deploy([configMap("keep")], before, { timeoutMs: 1000 });
    expect(String(error)).toContain("still being deleted");
    expect((await live("ConfigMap", "last"))?.metadata.deletionTimestamp).toBeUndefined();
  });
});

describe("the order of a deletion", () => {
  it("is the highest wave first, one at a time, and a finalizer that nobody serves is named and left", async () => {
    const { client, deploy, configMap, live, target, report, namespace } = await openScene();
    const objects = [configMap("base"), inWave(sticky(configMap("top")), 1)];
    const outputs = await deployed(deploy(objects, undefined, { timeoutMs: 2000 }));
    await expect(remove(outputs, report, viewOf)).rejects.toThrow(
      `still being deleted: ConfigMap ${namespace}/top (waits for example.com/sticky)`,
    );
    expect((await live("ConfigMap", "top"))?.metadata["finalizers"]).toEqual(["example.com/sticky"]);
    expect((await live("ConfigMap", "base"))?.metadata.deletionTimestamp).toBeUndefined();

    const free = [{ op: "remove", path: "/metadata/finalizers" }];
    await client.patchJson(target("ConfigMap", "top"), free, { manager: "kubectl-patch" });
    await remove(outputs, report, viewOf);
    expect(await live("ConfigMap", "base")).toBeUndefined();
  });

  it("keeps what Helm's resource policy keeps, and so does a prune", async () => {
    const { deploy, configMap, live, report, warnings, namespace } = await openScene();
    const safe = (name: string) => annotated(configMap(name), { "helm.sh/resource-policy": "keep" });
    const first = await deployed(deploy([safe("one"), safe("two"), configMap("three")]));
    const second = await deployed(deploy([safe("one"), configMap("three")], first));
    const said = "its own annotation helm.sh/resource-policy keeps it";
    expect(second.conditions).toEqual([`ConfigMap ${namespace}/two: is not in Git; ${said}`]);
    await remove(second, report, viewOf);
    expect(await live("ConfigMap", "one")).toBeDefined();
    expect(await live("ConfigMap", "three")).toBeUndefined();
    expect(warnings).toContain(`ConfigMap ${namespace}/one is left: ${said}`);
  });

  it("finds what a killed run left, of kinds that the state does not know", async () => {
    const { deploy, configMap, live, report, namespace } = await openScene();
    const known = await deployed(deploy([configMap("one")]));
    const account: Manifest = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "left", namespace } };
    await deployed(deploy([configMap("one"), account], known));
    await remove(known, report, viewOf);
    expect(await live("ServiceAccount", "left")).toBeUndefined();
  });
});
