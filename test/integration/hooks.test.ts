import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../../components/manifest/object.ts";
import { remove } from "../../components/sync/delete.ts";
import { DELETE_POLICY, HOOK, hookJob } from "./job.ts";
import { deployed, knownOf, openScene, viewOf } from "./scene.ts";

// Jobs complete at once, unless their pods are told to fail or to take five seconds.

type Scene = Awaited<ReturnType<typeof openScene>>;

async function jobs({ client, namespace }: Scene): Promise<readonly Manifest[]> {
  const kind = (await client.discover()).kindOf("batch", "Job")!;
  return (await client.list(kind, { namespace })).items;
}

async function jobNames(scene: Scene): Promise<readonly string[]> {
  return (await jobs(scene)).map(({ metadata }) => metadata.name).toSorted();
}

function version(object: Manifest | undefined): number {
  return Number(object?.metadata.resourceVersion);
}

function job(scene: Scene, name: string): Promise<Manifest | undefined> {
  return scene.live("Job", name, "batch");
}

function annotated(object: Manifest, annotations: Record<string, string>): Manifest {
  return { ...object, metadata: { ...object.metadata, annotations } };
}

describe("the hooks of a sync", () => {
  it("run before, among and after the objects, each to its end, and are neither inventory nor drift", async () => {
    const scene = await openScene();
    const { deploy, configMap, live, look, namespace } = scene;
    const objects = [
      ...[hookJob(namespace, "after", "PostSync"), configMap("web")],
      ...[hookJob(namespace, "before", "PreSync", { behaviour: "slow" }), hookJob(namespace, "among", "Sync")],
    ];
    const outputs = await deployed(deploy(objects));
    expect(outputs.inventory).toEqual([`ConfigMap ${namespace}/web`]);
    const [before, web, after] = [
      await job(scene, "before"),
      await live("ConfigMap", "web"),
      await job(scene, "after"),
    ];
    expect(before?.["status"]).toMatchObject({ succeeded: 1 });
    // The last write to a Job is that it is complete.
    expect(version(before)).toBeLessThan(version(web));
    expect(version(web)).toBeLessThan(version(after));
    const { inputs, outputs: seen } = await look(outputs);
    expect(seen).toEqual(outputs);
    expect(Object.keys(inputs.hooks ?? {})).toHaveLength(3);
  });

  it("may say what nobody understands, and each look tells so in the same words", async () => {
    const { deploy, look, namespace } = await openScene();
    const hook = hookJob(namespace, "before", "PreSync");
    const odd = annotated(hook, { ...hook.metadata.annotations, "argocd.argoproj.io/sync-options": "Foo=true" });
    const outputs = await deployed(deploy([odd]));
    expect(outputs.conditions).toEqual([`batch/Job ${namespace}/before: unknown sync option "Foo=true"`]);
    expect(await knownOf((await look(outputs)).outputs)).toEqual(await knownOf(outputs));
  });

  it("run again when Git changes, replaced by default, and not when only drift is healed", async () => {
    const scene = await openScene();
    const { deploy, up, change, configMap, live, namespace } = scene;
    const hook = hookJob(namespace, "migrate", "PreSync");
    const first = await deployed(deploy([configMap("web"), hook]));
    const uid = (await job(scene, "migrate"))?.metadata.uid;

    await change("web", "color", "red");
    const healed = await up([configMap("web"), hook], first);
    expect((await live("ConfigMap", "web"))?.["data"]).toEqual({ color: "blue" });
    expect((await job(scene, "migrate"))?.metadata.uid).toBe(uid);

    const changed = await up([configMap("web", { color: "green" }), hook], healed);
    const second = (await job(scene, "migrate"))?.metadata.uid;
    expect(second).not.toBe(uid);

    await up(
      [configMap("web", { color: "green" }), hookJob(namespace, "migrate", "PreSync", { container: "new" })],
      changed,
    );
    expect((await job(scene, "migrate"))?.metadata.uid).not.toBe(second);
    expect(await jobNames(scene)).toEqual(["migrate"]);
  });

  it("are shown by a preview when they change, and a changed hook of a deletion runs nothing", async () => {
    const scene = await openScene();
    const { deploy, preview, up, configMap, namespace } = scene;
    const hooks = [hookJob(namespace, "migrate", "PreSync"), hookJob(namespace, "bye", "PreDelete")];
    const first = await deployed(deploy([configMap("web"), ...hooks]));
    expect(await preview([configMap("web"), ...hooks], first)).toMatchObject({ changes: false, drift: [] });
    const uid = (await job(scene, "migrate"))?.metadata.uid;
    const later = [
      hookJob(namespace, "migrate", "PreSync"),
      hookJob(namespace, "bye", "PreDelete", { container: "new" }),
    ];
    expect(await preview([configMap("web"), ...later], first)).toMatchObject({ changes: true });
    const second = await up([configMap("web"), ...later], first);
    expect((await job(scene, "migrate"))?.metadata.uid).toBe(uid);
    expect(await preview([configMap("web"), ...later], second)).toMatchObject({ changes: false });
  });

  it("end a sync that fails with object and reason; then those of SyncFail run, and the next sync tries again", async () => {
    const scene = await openScene();
    const { deploy, configMap, live, look, namespace } = scene;
    const broken = hookJob(namespace, "migrate", "PreSync", { behaviour: "fail" });
    const others = [configMap("web"), hookJob(namespace, "alarm", "SyncFail"), hookJob(namespace, "after", "PostSync")];
    const { outputs, error } = await deploy([broken, ...others]);
    expect(String(error)).toMatch(new RegExp(`batch/Job ${namespace}/migrate: Degraded: .*(backoff|failed)`, "i"));
    expect(await live("ConfigMap", "web")).toBeUndefined();
    expect(await jobNames(scene)).toEqual(["alarm", "migrate"]);
    expect(outputs).toMatchObject({ complete: false, inventory: [] });
    expect((await look(outputs)).inputs.health).toContain("the last sync did not finish");

    await deployed(deploy([hookJob(namespace, "migrate", "PreSync"), ...others], outputs));
    expect(await live("ConfigMap", "web")).toBeDefined();
    expect(await jobNames(scene)).toEqual(["after", "alarm", "migrate"]);
  });

  it("do not run when a dry-run refuses anything, and hooks of every phase are dry-run", async () => {
    const scene = await openScene();
    const { deploy, configMap, namespace } = scene;
    await deployed(deploy([configMap("other")]));
    const wrong = { ...hookJob(namespace, "bye", "PreDelete"), spec: { backoffLimit: "none" } };
    const objects = [
      configMap("web"),
      hookJob(namespace, "alarm", "SyncFail"),
      hookJob(namespace, "first", "PreSync"),
      wrong,
    ];
    await expect(deploy(objects)).rejects.toThrow(/Job .*bye/);
    expect(await jobNames(scene)).toEqual([]);
  });

  it("are judged as they are stated while the object of an earlier sync is there, and named by their own name", async () => {
    const { deploy, configMap, namespace } = await openScene();
    const hook = hookJob(namespace, "migrate", "PreSync");
    const first = await deployed(deploy([configMap("web"), hook]));
    const wrong = { ...hook, spec: { ...(hook["spec"] as object), completion: 1 } };
    const { error } = await deploy([configMap("web"), wrong], first);
    expect(String(error)).toMatch(new RegExp(`Job ${namespace}/migrate: .*spec\\.completion`));
    const options = { syncOptions: ["Validate=false", "SkipDryRunOnMissingResource=true"] };
    const later: Manifest = {
      ...{
        apiVersion: "example.com/v1",
        kind: "Later",
        metadata: { name: "x", namespace, annotations: { [HOOK]: "SyncFail" } },
      },
    };
    await deployed(deploy([configMap("web"), wrong, later], first, options));
  });

  it("take nothing over: an object of that name that somebody else made stops the sync before it begins", async () => {
    const { deploy, client, configMap, live, namespace } = await openScene();
    await deployed(deploy([configMap("other")]));
    await client.create(hookJob(namespace, "migrate", "x"), { manager: "kubectl-create" });
    const objects = [configMap("web"), hookJob(namespace, "migrate", "PreSync")];
    await expect(deploy(objects, undefined, { adopt: true })).rejects.toThrow(
      `batch/Job ${namespace}/migrate: belongs to kubectl-create; a hook takes nothing over`,
    );
    expect(await live("ConfigMap", "web")).toBeUndefined();
  });

  it("bring their namespace forward, and run in both of two phases", async () => {
    const { client, deploy, configMap, namespace } = await openScene();
    const other = `${namespace}-other`;
    const home: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: other } };
    await deployed(deploy([configMap("web"), home, hookJob(other, "twice", "PreSync,PostSync")]));
    const made = (await client.get({ group: "batch", kind: "Job", namespace: other, name: "twice" })) as Manifest;
    expect(made["status"]).toMatchObject({ succeeded: 1 });
    // A Job of the first phase would be older than the objects.
    const web = await client.get({ group: "", kind: "ConfigMap", namespace, name: "web" });
    expect(version(made)).toBeGreaterThan(version(web));
  });

  it("get a name of their own each time that they ask for one", async () => {
    const scene = await openScene();
    const { deploy, configMap, namespace } = scene;
    const hook = hookJob(namespace, "load-", "PostSync");
    const generated = { ...hook, metadata: { ...hook.metadata, generateName: "load-" } };
    await deployed(deploy([configMap("web"), generated]));
    expect(await jobNames(scene)).toEqual([expect.stringMatching(/^load-[0-9a-f]{1,7}-postsync-\d{10}$/)]);
  });

  it("may be Secrets, whose values reach the cluster and not the state", async () => {
    const { deploy, look, configMap, live, namespace } = await openScene();
    const data = { password: Buffer.from("hunter2hunter2").toString("base64") };
    const secret: Manifest = { apiVersion: "v1", kind: "Secret", metadata: { name: "creds", namespace }, data };
    const outputs = await deployed(deploy([configMap("web"), annotated(secret, { [HOOK]: "PreSync" })]));
    expect((await live("Secret", "creds"))?.["data"]).toEqual(data);
    const { inputs } = await look(outputs);
    expect(JSON.stringify([inputs.hooks, inputs.manifests])).not.toContain(data.password);
    expect(inputs.hooks?.[`Secret ${namespace}/creds`]).toContain("hmac:");
  });

  it("are waited for while they are suspended, and have failed when somebody deletes them", async () => {
    const scene = await openScene();
    const { deploy, configMap, removeByHand, namespace, statuses } = scene;
    const suspended = hookJob(namespace, "held", "PreSync");
    const spec = { ...(suspended["spec"] as object), suspend: true };
    const syncing = deploy([configMap("web"), { ...suspended, spec }], undefined, { timeoutMs: 20_000 });
    const held = `batch/Job ${namespace}/held`;
    // Whoever waits for it has seen it.
    while (!statuses.some((status) => status.includes(`${held}: `) && !status.includes("has not appeared yet")))
      await new Promise((resolve) => setImmediate(resolve));
    await removeByHand("held", "Job", "batch");
    expect(String((await syncing).error)).toContain(`${held}: Unknown: disappeared before it was done`);
  });
});

describe("the object of a hook", () => {
  it.each([
    ["HookSucceeded", undefined, []],
    ["HookFailed", undefined, ["migrate"]],
    ["BeforeHookCreation", undefined, ["migrate"]],
    ["HookSucceeded", "fail", ["migrate"]],
    ["HookFailed", "fail", []],
    ["HookSucceeded,HookFailed", "fail", []],
  ] as const)(
    "with the delete policy %s, after a hook that is told to %s, leaves %j",
    async (policy, behaviour, left) => {
      const scene = await openScene();
      const annotations = { [DELETE_POLICY]: policy };
      const options = behaviour === undefined ? { annotations } : { annotations, behaviour };
      const hook = hookJob(scene.namespace, "migrate", "PreSync", options);
      const { error } = await scene.deploy([scene.configMap("web"), hook]);
      expect(error === undefined).toBe(behaviour === undefined);
      expect((await jobs(scene)).filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toHaveLength(
        left.length,
      );
    },
  );

  it("stays whatever its policy when others' things would die with it", async () => {
    const { client, deploy, configMap, namespace } = await openScene();
    const annotations = { [HOOK]: "PreSync", [DELETE_POLICY]: "BeforeHookCreation,HookSucceeded" };
    const name = `${namespace}-hook`;
    const hook: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name, annotations } };
    const find = async () => (await client.get({ group: "", kind: "Namespace", namespace: "", name })) as Manifest;
    const first = await deployed(deploy([configMap("web"), hook]));
    const { uid } = (await find()).metadata;
    await deployed(deploy([configMap("web", { color: "red" }), hook], first));
    expect((await find()).metadata.uid).toBe(uid);
    expect((await find()).metadata.deletionTimestamp).toBeUndefined();
  });

  it("that is to be made once counts while it has succeeded, and is made again after a failure", async () => {
    const scene = await openScene();
    const { deploy, configMap, namespace } = scene;
    const annotations = { [DELETE_POLICY]: "HookFailed" };
    const hook = hookJob(namespace, "once", "PreSync", { annotations });
    const first = await deployed(deploy([configMap("web"), hook]));
    const uid = (await job(scene, "once"))?.metadata.uid;
    await deployed(deploy([configMap("web", { color: "red" }), hook], first));
    expect((await job(scene, "once"))?.metadata.uid).toBe(uid);
  });

  it("stays when Git drops the hook, without being drift or pruned, and goes with the Application", async () => {
    const scene = await openScene();
    const { deploy, preview, configMap, report, namespace } = scene;
    const first = await deployed(deploy([configMap("web"), hookJob(namespace, "migrate", "PreSync")]));
    // The object of a hook waits for nobody's approval.
    const confirm = { syncOptions: ["Prune=confirm"] };
    const second = await deployed(deploy([configMap("web")], first, confirm));
    expect(await jobNames(scene)).toEqual(["migrate"]);
    expect(second).toMatchObject({ conditions: [] });
    expect(second).not.toHaveProperty("awaiting");
    const seen = await preview([configMap("web")], second, confirm);
    expect(seen).toMatchObject({ changes: false, drift: [], conditions: [] });
    await remove(second, report, viewOf);
    expect(await jobNames(scene)).toEqual([]);
  });

  it("is known to the next sync when the one that made it was killed, and is replaced", async () => {
    const scene = await openScene();
    const { deploy, configMap, namespace } = scene;
    const hook = hookJob(namespace, "migrate", "PreSync");
    const known = await deployed(deploy([configMap("web")]));
    await deployed(deploy([configMap("web"), hook], known));
    const uid = (await job(scene, "migrate"))?.metadata.uid;
    // `known` is all that a killed run would have left in the state.
    await deployed(deploy([configMap("web"), hookJob(namespace, "migrate", "PreSync", { container: "new" })], known));
    expect((await job(scene, "migrate"))?.metadata.uid).not.toBe(uid);
  });
});

describe("an object that becomes a hook", () => {
  it.each(["Skip", "PreDelete", "PostSync"])("of the type %s is not pruned for it", async (type) => {
    const { deploy, preview, configMap, live } = await openScene();
    const first = await deployed(deploy([configMap("web"), configMap("turned")]));
    const objects = [configMap("web"), annotated(configMap("turned"), { [HOOK]: type })];
    const second = await deployed(deploy(objects, first));
    expect(await live("ConfigMap", "turned")).toBeDefined();
    expect(await preview(objects, second)).toMatchObject({ changes: false, drift: [] });
    const third = await deployed(deploy([configMap("web"), configMap("turned", { color: "red" })], second));
    expect((await live("ConfigMap", "turned"))?.["data"]).toEqual({ color: "red" });
    expect((await live("ConfigMap", "turned"))?.metadata.annotations?.[HOOK]).toBeUndefined();
    expect(third.inventory).toHaveLength(2);
  });

  it("is not applied when it is a Skip or a test of Helm's", async () => {
    const { deploy, configMap, live, namespace } = await openScene();
    const skipped = annotated(configMap("skipped"), { [HOOK]: "Skip,PreSync" });
    const test = {
      ...hookJob(namespace, "test", "x"),
      metadata: { name: "test", namespace, annotations: { "helm.sh/hook": "test" } },
    };
    await deployed(deploy([configMap("web"), skipped, test]));
    expect(await live("ConfigMap", "skipped")).toBeUndefined();
    expect(await live("Job", "test", "batch")).toBeUndefined();
  });
});

describe("the hooks of a deletion", () => {
  it("run before and after the objects go, and go then themselves", async () => {
    const scene = await openScene();
    const { deploy, configMap, live, report, namespace } = scene;
    const hooks = [hookJob(namespace, "backup", "PreDelete"), hookJob(namespace, "goodbye", "PostDelete")];
    const outputs = await deployed(deploy([configMap("web"), ...hooks, hookJob(namespace, "migrate", "PreSync")]));
    expect(await jobNames(scene)).toEqual(["migrate"]);
    const removals = await remove(outputs, report, viewOf);
    expect(removals.map(({ text }) => text)).toEqual([
      `ConfigMap ${namespace}/web`,
      ...["migrate", "backup", "goodbye"].map((name) => `batch/Job ${namespace}/${name}`),
    ]);
    expect(await live("ConfigMap", "web")).toBeUndefined();
    expect(await jobNames(scene)).toEqual([]);
  });

  it("keep the Application when one of before fails, and are tried again", async () => {
    const scene = await openScene();
    const { deploy, configMap, live, report, namespace } = scene;
    const broken = hookJob(namespace, "backup", "PreDelete", { behaviour: "fail" });
    const outputs = await deployed(deploy([configMap("web"), broken]));
    await expect(remove(outputs, report, viewOf)).rejects.toThrow(
      new RegExp(`a PreDelete hook failed and nothing of .* was deleted: batch/Job ${namespace}/backup: Degraded`),
    );
    expect(await live("ConfigMap", "web")).toBeDefined();
    const mended = await deployed(deploy([configMap("web"), hookJob(namespace, "backup", "PreDelete")], outputs));
    await remove(mended, report, viewOf);
    expect(await live("ConfigMap", "web")).toBeUndefined();
  });

  it("are tried again when one of after failed, without those of before", async () => {
    const scene = await openScene();
    const { deploy, configMap, live, report, namespace } = scene;
    const before = hookJob(namespace, "backup", "PreDelete");
    const outputs = await deployed(
      deploy([configMap("web"), before, hookJob(namespace, "goodbye", "PostDelete", { behaviour: "fail" })]),
    );
    await expect(remove(outputs, report, viewOf)).rejects.toThrow(`batch/Job ${namespace}/goodbye: Degraded`);
    expect(await live("ConfigMap", "web")).toBeUndefined();
    const uid = (await job(scene, "backup"))?.metadata.uid;
    await expect(remove(outputs, report, viewOf)).rejects.toThrow(`batch/Job ${namespace}/goodbye: Degraded`);
    expect((await job(scene, "backup"))?.metadata.uid).toBe(uid);
  });

  it("do not run for what a newer resource of the same Application has taken over, nor for objects that stay", async () => {
    const scene = await openScene();
    const { deploy, configMap, live, report, namespace } = scene;
    const objects = [configMap("web"), hookJob(namespace, "backup", "PreDelete")];
    const old = await deployed(deploy(objects));
    await deployed(deploy(objects));
    await remove(old, report, viewOf);
    const orphaned = await deployed(deploy(objects, undefined, { cascade: "orphan" }));
    await remove(orphaned, report, viewOf);
    expect(await jobNames(scene)).toEqual([]);
    expect(await live("ConfigMap", "web")).toBeDefined();
  });
});
