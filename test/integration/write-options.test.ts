import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../../components/manifest/object.ts";
import { waitFor } from "../support/wait-for.ts";
import { deployed, openScene } from "./scene.ts";
import { definition, widget } from "./widget.ts";
import { deployment } from "./workload.ts";

const SYNC_OPTIONS = "argocd.argoproj.io/sync-options";

function asking(object: Manifest, options: string): Manifest {
  return { ...object, metadata: { ...object.metadata, annotations: { [SYNC_OPTIONS]: options } } };
}

/** A ConfigMap that can never be changed again. */
function frozen(object: Manifest): Manifest {
  return { ...object, immutable: true };
}

describe("Replace=true", () => {
  it("removes what a controller added when the object is applied, and only then", async () => {
    const { deploy, preview, change, configMap, live } = await openScene();
    const one = (color: string) => asking(configMap("one", { color }), "Replace=true");
    const plain = configMap("plain");
    const first = await deployed(deploy([one("blue"), plain]));
    for (const name of ["one", "plain"]) await change(name, "operator", "x", "some-operator");
    expect(await preview([one("blue"), plain], first)).toMatchObject({ changes: false });
    const second = await deployed(deploy([one("green"), configMap("plain", { color: "green" })], first));
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "green" });
    expect((await live("ConfigMap", "plain"))?.["data"]).toEqual({ color: "green", operator: "x" });
    expect((await preview([one("green"), configMap("plain", { color: "green" })], second)).changes).toBe(false);
  });

  it("keeps the object itself, its finalizers and its owners", async () => {
    const { client, deploy, configMap, live, target } = await openScene();
    const one = (color: string) => asking(configMap("one", { color }), "Replace=true");
    const first = await deployed(deploy([one("blue"), configMap("owner")]));
    const owner = (await live("ConfigMap", "owner"))!.metadata.uid;
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner }];
    const patch = [
      { op: "add", path: "/metadata/finalizers", value: ["example.com/guard"] },
      { op: "add", path: "/metadata/ownerReferences", value: ownerReferences },
      { op: "add", path: "/metadata/labels/their", value: "label" },
    ];
    await client.patchJson(target("ConfigMap", "one"), patch, { manager: "some-operator" });
    const { uid } = (await live("ConfigMap", "one"))!.metadata;
    await deployed(deploy([one("green"), configMap("owner")], first));
    const { metadata } = (await live("ConfigMap", "one"))!;
    expect(metadata).toMatchObject({ uid, finalizers: ["example.com/guard"], ownerReferences });
    expect(metadata.labels).not.toHaveProperty("their");
    await client.patchJson(target("ConfigMap", "one"), [{ op: "remove", path: "/metadata/finalizers" }], {
      manager: "x",
    });
  });

  it("holds for every object when the Application says so, but for one that says otherwise", async () => {
    const { deploy, change, configMap, live } = await openScene();
    const policy = { syncOptions: ["Replace=true"] };
    const not = (color: string) => asking(configMap("not", { color }), "Replace=false");
    const first = await deployed(deploy([configMap("one"), not("blue")], undefined, policy));
    for (const name of ["one", "not"]) await change(name, "operator", "x", "some-operator");
    await deployed(deploy([configMap("one", { color: "green" }), not("green")], first, policy));
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "green" });
    expect((await live("ConfigMap", "not"))?.["data"]).toEqual({ color: "green", operator: "x" });
  });
});

describe("an object that cannot be changed in place", () => {
  it("is reported once, with object, reason and the way out, and nothing is written", async () => {
    const { deploy, configMap, live, warnings, namespace } = await openScene();
    const retry = { limit: 5, backoff: { durationMs: 60_000, factor: 1, maxDurationMs: 60_000 } };
    const first = await deployed(deploy([frozen(configMap("one")), configMap("two")], undefined, { retry }));
    const after = [frozen(configMap("one", { color: "red" })), configMap("two", { color: "red" })];
    const { error, outputs } = await deploy(after, first, { retry });
    expect(String(error)).toMatch(/ConfigMap .*one: data: Forbidden: field is immutable when `immutable` is set/);
    expect(String(error)).toContain(
      "; this cannot be changed in place: state again what was there, or annotate it with argocd.argoproj.io/sync-options: Force=true to have it made anew",
    );
    expect(outputs.complete).toBe(false);
    expect(warnings.filter((sentence) => sentence.startsWith("retry"))).toEqual([]);
    expect((await live("ConfigMap", "two"))?.["data"]).toEqual({ color: "blue" });
    expect(outputs.inventory).toContain(`ConfigMap ${namespace}/one`);
  });

  it.each([
    ["a Deployment's selector", (namespace: string, value: string) => selecting(deployment(namespace, 0), value)],
    ["a Job's template", (namespace: string, value: string) => job(namespace, value)],
    ["a RoleBinding's role", (namespace: string, value: string) => roleBinding(namespace, value)],
    ["a Secret's type", (namespace: string, value: string) => secret(namespace, `example.com/${value}`)],
    ["a StatefulSet's service", (namespace: string, value: string) => statefulSet(namespace, value)],
  ])("is made anew with Force=true: %s", async (_, make) => {
    const { client, deploy, live, namespace, preview, configMap } = await openScene();
    const before = asking(make(namespace, "view"), "Force=true");
    const after = asking(make(namespace, "edit"), "Force=true");
    const first = await deployed(deploy([before, configMap("keep")]));
    const target = {
      group: before.apiVersion.split("/").at(-2) ?? "",
      kind: before.kind,
      namespace,
      name: before.metadata.name,
    };
    const { uid } = (await client.get(target))!.metadata;
    const kept = (await live("ConfigMap", "keep"))!.metadata.uid;
    const second = await deployed(deploy([after, configMap("keep")], first));
    expect((await client.get(target))!.metadata.uid).not.toBe(uid);
    expect((await live("ConfigMap", "keep"))!.metadata.uid).toBe(kept);
    expect((await preview([after, configMap("keep")], second)).changes).toBe(false);
  });

  it("is changed in place with Force=true where it can be", async () => {
    const { deploy, configMap, live } = await openScene();
    const one = (color: string) => asking(configMap("one", { color }), "Force=true");
    const first = await deployed(deploy([one("blue")]));
    const { uid } = (await live("ConfigMap", "one"))!.metadata;
    await deployed(deploy([one("green")], first));
    expect((await live("ConfigMap", "one"))!.metadata.uid).toBe(uid);
  });

  it("is made anew each time with Force=true and Replace=true", async () => {
    const { deploy, configMap, live } = await openScene();
    const one = (color: string) => asking(configMap("one", { color }), "Force=true,Replace=true");
    const first = await deployed(deploy([one("blue")]));
    const { uid } = (await live("ConfigMap", "one"))!.metadata;
    const second = await deployed(deploy([one("green")], first));
    const anew = (await live("ConfigMap", "one"))!;
    expect(anew.metadata.uid).not.toBe(uid);
    expect(anew["data"]).toEqual({ color: "green" });
    await deployed(deploy([one("green")], second));
    expect((await live("ConfigMap", "one"))!.metadata.uid).toBe(anew.metadata.uid);
  });

  it("is not deleted when the new one would be refused as well", async () => {
    const { deploy, configMap, live } = await openScene();
    const one = (data: Record<string, unknown>) => asking(frozen({ ...configMap("one"), data }), "Force=true");
    const first = await deployed(deploy([one({ color: "blue" })]));
    const { uid } = (await live("ConfigMap", "one"))!.metadata;
    const { error } = await deploy([one({ "not a key": "x" })], first);
    expect(String(error)).toMatch(/not a key/);
    expect((await live("ConfigMap", "one"))!.metadata.uid).toBe(uid);
  });

  it.each(["Force=true,Prune=false", "Force=true,Delete=false", "Force=true,Delete=confirm"])(
    "is not deleted by %s",
    async (options) => {
      const { deploy, configMap, live } = await openScene();
      const one = (color: string) => asking(frozen(configMap("one", { color })), options);
      const first = await deployed(deploy([one("blue")]));
      const { uid } = (await live("ConfigMap", "one"))!.metadata;
      const { error } = await deploy([one("green")], first);
      expect(String(error)).toContain("take back what keeps it from being deleted");
      expect((await live("ConfigMap", "one"))!.metadata.uid).toBe(uid);
    },
  );

  it("is never deleted when it holds data", async () => {
    const { deploy, live, namespace } = await openScene();
    const one = (mode: string) => asking(volumeClaim(namespace, mode), "Force=true");
    const first = await deployed(deploy([one("ReadWriteOnce")], undefined, { wait: "applied" }));
    const { uid } = (await live("PersistentVolumeClaim", "one"))!.metadata;
    const { error } = await deploy([one("ReadWriteMany")], first, { wait: "applied" });
    expect(String(error)).toContain(
      "save what is in it and delete it yourself (a PersistentVolumeClaim is never deleted for a change)",
    );
    expect((await live("PersistentVolumeClaim", "one"))!.metadata.uid).toBe(uid);
  });

  it("is not deleted while it is somebody else's, even with adopt", async () => {
    const { client, deploy, configMap, live } = await openScene();
    const first = await deployed(deploy([configMap("other")]));
    await client.create(frozen(configMap("one", { color: "red" })), { manager: "kubectl-create" });
    const one = asking(frozen(configMap("one")), "Force=true");
    const refused = await deploy([configMap("other"), one], first);
    expect(String(refused.error)).toMatch(/belongs to kubectl-create/);
    const { error } = await deploy([configMap("other"), one], first, { adopt: true });
    expect(String(error)).toContain("Force=true only makes anew what is ours already");
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "red" });
  });

  it("is waited for when something holds it, and never stripped of its finalizers", async () => {
    const { client, deploy, configMap, live, target } = await openScene();
    const one = (color: string) => asking(frozen(configMap("one", { color })), "Force=true");
    const first = await deployed(deploy([one("blue")]));
    const finalizers = [{ op: "add", path: "/metadata/finalizers", value: ["example.com/guard"] }];
    await client.patchJson(target("ConfigMap", "one"), finalizers, { manager: "guard" });
    const { error, outputs } = await deploy([one("green")], first, { timeoutMs: 1500 });
    expect(String(error)).toMatch(/still being deleted: ConfigMap .*one/);
    expect((await live("ConfigMap", "one"))!.metadata["finalizers"]).toContain("example.com/guard");
    await client.patchJson(target("ConfigMap", "one"), [{ op: "remove", path: "/metadata/finalizers" }], {
      manager: "x",
    });
    await deployed(deploy([one("green")], outputs));
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "green" });
  });
});

describe("Validate=false", () => {
  it("leaves out what the cluster does not know, for good", async () => {
    const { deploy, preview, live, namespace } = await openScene();
    const web = deployment(namespace, 0);
    const odd = { ...web, spec: { ...(web["spec"] as object), frobnicate: { much: true } } };
    await expect(deploy([odd])).rejects.toThrow(/frobnicate: field not declared in schema/);
    const tolerant = asking(odd, "Validate=false");
    const first = await deployed(deploy([tolerant]));
    expect((await live("Deployment", "web", "apps"))?.["spec"]).not.toHaveProperty("frobnicate");
    expect((await preview([tolerant], first)).changes).toBe(false);
    await deployed(deploy([asking({ ...odd, extra: 1 }, "Validate=false")], first));
  });

  it("does not excuse a wrong value", async () => {
    const { deploy, live, namespace } = await openScene();
    const web = deployment(namespace, -1);
    await expect(deploy([asking(web, "Validate=false")])).rejects.toThrow(/spec.replicas: Invalid value/);
    expect(await live("Deployment", "web", "apps")).toBeUndefined();
  });
});

describe("SkipDryRunOnMissingResource=true", () => {
  it("lets the others be applied before the kind is there; without it nothing is", async () => {
    const { client, deploy, configMap, live, namespace } = await openScene();
    const group = `${namespace}.example.com`;
    const plain = widget(group, namespace);
    await expect(deploy([configMap("one"), plain])).rejects.toThrow(
      /the cluster does not know the kind Widget in the API group .*; put its CustomResourceDefinition into the manifests/,
    );
    expect(await live("ConfigMap", "one")).toBeUndefined();

    const patient = asking(plain, "SkipDryRunOnMissingResource=true");
    const { error, outputs } = await deploy([configMap("one"), patient]);
    expect(String(error)).toMatch(/the cluster does not know the kind Widget/);
    expect(await live("ConfigMap", "one")).toBeDefined();

    await client.apply(definition(group), { manager: "some-operator", force: true, dryRun: false });
    const retry = { limit: -1, backoff: { durationMs: 200, factor: 1, maxDurationMs: 200 } };
    const second = await deployed(deploy([configMap("one"), patient], outputs, { retry }));
    expect(second.inventory).toContain(`${group}/Widget ${namespace}/one`);
  });

  it("finds out whose the object is before it is written", async () => {
    const { client, deploy, configMap, namespace } = await openScene();
    const group = `${namespace}.example.com`;
    const patient = asking(widget(group, namespace), "SkipDryRunOnMissingResource=true");
    const { outputs } = await deploy([configMap("one"), patient]);
    await client.apply(definition(group), { manager: "some-operator", force: true, dryRun: false });
    const theirs = { ...widget(group, namespace), spec: { theirs: true } };
    await waitFor("the kind", () => client.apply(theirs, { manager: "kubectl-create", force: true, dryRun: false }));
    const { error } = await deploy([configMap("one"), patient], outputs);
    expect(String(error)).toMatch(/belongs to kubectl-create/);
  });
});

describe("a refusal that waiting does not mend", () => {
  it("for want of a namespace says how to make it", async () => {
    const { deploy, configMap } = await openScene();
    await expect(deploy([configMap("one")], undefined, { createNamespace: false })).rejects.toThrow(
      /namespaces ".*" not found; set the sync option CreateNamespace=true, or put the Namespace into the manifests/,
    );
  });

  it("by a policy of the cluster says so, and comes once", async () => {
    const { client, deploy, configMap, namespace, warnings } = await openScene();
    const first = await deployed(deploy([configMap("one")]));
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    const home = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } };
    await client.apply(home, { manager: "kubectl-label", force: true, dryRun: false });
    const retry = { limit: 5, backoff: { durationMs: 60_000, factor: 1, maxDurationMs: 60_000 } };
    const spec = { containers: [{ name: "app", image: "app" }] };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "app", namespace }, spec };
    const { error } = await deploy([configMap("one"), pod], first, { retry });
    expect(String(error)).toMatch(/violates PodSecurity.*; change the manifest, or the policy that denies it/);
    expect(warnings).toEqual([]);
  });
});

function selecting(object: Manifest, app: string): Manifest {
  const labels = { app };
  const { template, ...spec } = object["spec"] as { template: { spec: object } };
  return {
    ...object,
    spec: { ...spec, selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } },
  };
}

function job(namespace: string, image: string): Manifest {
  const template = { spec: { restartPolicy: "Never", containers: [{ name: "job", image }] } };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "once", namespace },
    spec: { suspend: true, template },
  };
}

function roleBinding(namespace: string, role: string): Manifest {
  const apiGroup = "rbac.authorization.k8s.io";
  return {
    ...{ apiVersion: `${apiGroup}/v1`, kind: "RoleBinding", metadata: { name: "bound", namespace } },
    ...{ roleRef: { apiGroup, kind: "ClusterRole", name: role }, subjects: [] },
  };
}

function secret(namespace: string, type: string): Manifest {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "hidden", namespace }, type, data: { key: "dmFsdWU=" } };
}

function statefulSet(namespace: string, serviceName: string): Manifest {
  const { metadata, spec } = selecting(deployment(namespace, 0), "db");
  return { apiVersion: "apps/v1", kind: "StatefulSet", metadata, spec: { ...(spec as object), serviceName } };
}

function volumeClaim(namespace: string, mode: string): Manifest {
  const spec = { accessModes: [mode], storageClassName: "none", resources: { requests: { storage: "1Gi" } } };
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "one", namespace }, spec };
}
