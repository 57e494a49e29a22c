import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { openAssignments } from "../../components/assignments.ts";
import type { Manifest } from "../../components/manifest/object.ts";
import { noteAssignments } from "../../components/sync/assignments.ts";
import { remove } from "../../components/sync/delete.ts";
import { announce } from "../../components/sync/members.ts";
import { textOf } from "../../components/sync/plan.ts";
import type { SyncRecord } from "../../components/sync/record.ts";
import { hookJob } from "./job.ts";
import { deployed, openScene } from "./scene.ts";

type Scene = Awaited<ReturnType<typeof openScene>>;
type States = Readonly<Record<string, readonly Manifest[] | "on hold">>;

const folder = mkdtempSync(join(tmpdir(), "moves-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a program of a run tells: each Application's objects, or that it could not be read. */
function tell({ namespace }: Scene, states: States) {
  const assignments = openAssignments(Object.keys(states), folder);
  noteAssignments(namespace, assignments.path);
  announce(namespace, Object.keys(states));
  for (const [application, objects] of Object.entries(states))
    assignments.tell({ application, ...(objects === "on hold" ? {} : { objects: objects.map(textOf) }) });
}

/** One Application that has `shared` and its own object, one that has its own only. */
async function openTwo() {
  const scene = await openScene();
  const { deploy, configMap } = scene;
  const [ofA, ofB, shared] = [configMap("a"), configMap("b"), configMap("shared")];
  tell(scene, { a: [ofA, shared], b: [ofB] });
  const a = await deployed(deploy([ofA, shared], undefined, {}, "a"));
  const b = await deployed(deploy([ofB], undefined, {}, "b"));
  const uid = async () => (await scene.live("ConfigMap", "shared"))?.metadata.uid;
  return { scene, deploy, a, b, ofA, ofB, shared, uid, before: await uid() };
}

/** Nothing is left to do or to say. */
async function expectSettled({ preview }: Scene, outputs: SyncRecord, objects: readonly Manifest[]): Promise<void> {
  expect(await preview(objects, outputs)).toMatchObject({ changes: false, drift: [], conditions: [] });
}

describe("a hook that moves to another Application", () => {
  it("takes the place of what it ran as before, and not while both have it", async () => {
    const scene = await openScene();
    const { deploy, configMap, live, namespace } = scene;
    const [ofA, ofB, hook] = [configMap("a"), configMap("b"), hookJob(namespace, "migrate", "PreSync")];
    tell(scene, { a: [ofA, hook], b: [ofB, hook] });
    const a = await deployed(deploy([ofA, hook], undefined, {}, "a"));
    const uid = async () => (await live("Job", "migrate", "batch"))?.metadata.uid;
    const before = await uid();
    await expect(deploy([ofB, hook], undefined, {}, "b")).rejects.toThrow(`belongs to application ${namespace}/a`);
    expect(await uid()).toBe(before);
    tell(scene, { a: [ofA], b: [ofB, hook] });
    const b = await deployed(deploy([ofB, hook], undefined, {}, "b"));
    expect(await uid()).not.toBe(before);
    await deployed(deploy([ofA], a));
    await remove(b, scene.report);
    expect(await uid()).toBeUndefined();
  });
});

describe("an object that moves to another Application in one run", () => {
  it.each([
    ["the old owner goes first", false],
    ["the new owner goes first", true],
  ])("is never deleted when %s", async (_, newFirst) => {
    const { scene, deploy, a, b, ofA, ofB, shared, uid, before } = await openTwo();
    tell(scene, { a: [ofA], b: [ofB, shared] });
    const give = () => deployed(deploy([ofA], a));
    const take = () => deployed(deploy([ofB, shared], b));
    const [first, second] = newFirst ? [take, give] : [give, take];
    const [one, two] = [await first(), await second()];
    const [after, taken] = newFirst ? [two, one] : [one, two];
    expect(await uid()).toBe(before);
    expect(taken.inventory).toContain(textOf(shared));
    expect(after).toMatchObject({ inventory: [textOf(ofA)], conditions: [] });
    await expectSettled(scene, after, [ofA]);
    await expectSettled(scene, taken, [ofB, shared]);
    await remove(after, scene.report);
    expect(await uid()).toBe(before);
  });

  it("is never deleted however five Applications exchange their objects, all at once", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const owners = fc.array(fc.constantFrom(...names), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(owners, { minLength: 3, maxLength: 3 }), async (rounds) => {
        const scene = await openScene();
        const moving = ["m0", "m1", "m2", "m3", "m4", "m5"].map((name) => scene.configMap(name));
        let outputs: Record<string, SyncRecord | undefined> = {};
        let uids: readonly unknown[] | undefined;
        for (const round of rounds) {
          const states = Object.fromEntries(
            names.map((name) => [
              name,
              [scene.configMap(`own-${name}`), ...moving.filter((_, i) => round[i] === name)],
            ]),
          );
          tell(scene, states);
          const run = async (name: string) =>
            [name, await deployed(scene.deploy(states[name]!, outputs[name], {}, name))] as const;
          outputs = Object.fromEntries(await Promise.all(names.map(run)));
          const found = await Promise.all(moving.map((object) => scene.live("ConfigMap", object.metadata.name)));
          uids ??= found.map((object) => object?.metadata.uid);
          expect(found.map((object) => object?.metadata.uid)).toEqual(uids);
          for (const name of names) await expectSettled(scene, outputs[name]!, states[name]!);
        }
      }),
      { numRuns: 3 },
    );
  });

  it("waits for the slowest source before it is given up", async () => {
    const { scene, deploy, a, b, ofA, ofB, shared, uid, before } = await openTwo();
    const assignments = openAssignments(["a", "b"], folder);
    noteAssignments(scene.namespace, assignments.path);
    assignments.tell({ application: "a", objects: [textOf(ofA)] });
    const giving = deployed(deploy([ofA], a));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assignments.tell({ application: "b", objects: [ofB, shared].map(textOf) });
    expect((await giving).inventory).toEqual([textOf(ofA)]);
    expect(await uid()).toBe(before);
    await deployed(deploy([ofB, shared], b));
    expect(await uid()).toBe(before);
  });

  it("stays with a reason while an Application that may have it cannot be read, and is pruned when none has it", async () => {
    const { scene, deploy, a, ofA, ofB, shared, uid, before } = await openTwo();
    tell(scene, { a: [ofA], b: "on hold" });
    const second = await deployed(deploy([ofA], a));
    expect(second.conditions).toEqual([
      `${textOf(shared)}: is not in Git, but kept for now: b cannot be read, and may have it now`,
    ]);
    expect(await uid()).toBe(before);
    tell(scene, { a: [ofA], b: [ofB] });
    await deployed(scene.up([ofA], second).then((outputs) => ({ outputs: outputs })));
    expect(await uid()).toBeUndefined();
  });

  it("is no longer spoken of by an old owner that does not prune", async () => {
    const { scene, deploy, a, b, ofA, ofB, shared, uid, before } = await openTwo();
    tell(scene, { a: [ofA], b: [ofB, shared] });
    const kept = await deployed(deploy([ofA], a, { prune: false }));
    expect(kept.conditions).toEqual([`${textOf(shared)}: is not in Git; prune is off`]);
    await deployed(deploy([ofB, shared], b));
    expect(await scene.preview([ofA], kept, { prune: false })).toMatchObject({ changes: false, conditions: [] });
    const after = await deployed(deploy([{ ...ofA, data: { color: "red" } }], kept, { prune: false }));
    expect(after).toMatchObject({ inventory: [textOf(ofA)], conditions: [] });
    expect(await uid()).toBe(before);
  });

  it("is left by the Application that goes, also when the one that takes it has not come that far", async () => {
    const { scene, a, ofA, ofB, shared, uid, before } = await openTwo();
    tell(scene, { b: [ofB, ofA, shared] });
    await remove(a, scene.report);
    expect(await uid()).toBe(before);
    expect(scene.warnings).toContain(`${textOf(shared)} is left: it belongs to application b from now on`);
  });
});

describe("an object that two Applications state", () => {
  const AS_WELL = /belongs to application sync-\w+\/a; a has it in Git as well: take it out of one of them/;

  it.each([{}, { adopt: true }])("stays with the one that has it: %j", async (policy) => {
    const { scene, deploy, a, b, ofA, ofB, shared, uid, before } = await openTwo();
    tell(scene, { a: [ofA, shared], b: [ofB, shared] });
    const { error } = await deploy([ofB, { ...shared, data: { color: "red" } }], b, policy);
    expect(String(error)).toMatch(AS_WELL);
    expect(await uid()).toBe(before);
    await expectSettled(scene, a, [ofA, shared]);
  });

  it("is made by one of them, and the other is told", async () => {
    const scene = await openScene();
    const shared = scene.configMap("shared");
    tell(scene, { a: [shared], b: [shared] });
    await deployed(scene.deploy([scene.configMap("home")], undefined, {}, "home"));
    const results = await Promise.allSettled(["a", "b"].map((name) => scene.deploy([shared], undefined, {}, name)));
    const [refused] = results.flatMap((result) => (result.status === "rejected" ? [String(result.reason)] : []));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(refused).toMatch(
      /ConfigMap .*shared: (application [ab] is making it in this very run|belongs to application)/,
    );
  });

  it("is not taken from one that is on hold", async () => {
    const { scene, deploy, b, ofB, shared, uid, before } = await openTwo();
    tell(scene, { a: "on hold", b: [ofB, shared] });
    const { error } = await deploy([ofB, shared], b);
    expect(String(error)).toMatch(
      /belongs to application sync-\w+\/a; nobody knows whether a gave it up: that one is on hold/,
    );
    expect(await uid()).toBe(before);
  });

  it("of another environment is taken with adopt, but not with FailOnSharedResource=true", async () => {
    const [theirs, ours] = [await openScene(), await openScene()];
    const shared = theirs.configMap("shared");
    await deployed(theirs.deploy([shared]));
    const first = await deployed(ours.deploy([ours.configMap("one")]));
    const objects = [ours.configMap("one"), shared];
    const strict = { adopt: true, syncOptions: ["FailOnSharedResource=true"] };
    const { error } = await ours.deploy(objects, first, strict);
    expect(String(error)).toMatch(
      /belongs to application sync-\w+\/web; FailOnSharedResource=true forbids to take it over/,
    );
    await deployed(ours.deploy(objects, first, { adopt: true }));
  });
});

describe("an object that the cluster shows under two API groups", () => {
  const event = ({ namespace }: Scene, apiVersion: string, reason = "Testing"): Manifest => ({
    ...{ apiVersion, kind: "Event", metadata: { name: "one", namespace }, reason, type: "Normal" },
    ...(apiVersion === "v1"
      ? { involvedObject: { kind: "ConfigMap", name: "keep", namespace }, firstTimestamp: "2026-01-01T00:00:00Z" }
      : {
          regarding: { kind: "ConfigMap", name: "keep", namespace },
          ...{ eventTime: "2026-01-01T00:00:00.000000Z", reportingController: "x/y", reportingInstance: "z" },
          ...{ action: "Test" },
        }),
  });

  it("is refused when Git has it twice, and both are named", async () => {
    const scene = await openScene();
    const grouped = event(scene, "events.k8s.io/v1");
    const core = { ...event(scene, "v1"), eventTime: "2026-01-01T00:00:00.000000Z", action: "Test" };
    const complete = { ...core, reportingComponent: "x/y", reportingInstance: "z" };
    const { error, outputs } = await scene.deploy([scene.configMap("keep"), grouped, complete]);
    expect(String(error)).toMatch(
      /Event \S+\/one: is the same object as \S*Event \S+\/one, which the manifests have as well/,
    );
    const second = await deployed(scene.deploy([scene.configMap("keep"), grouped], outputs));
    expect(second.inventory).toEqual([textOf(scene.configMap("keep")), textOf(grouped)]);
    expect((await scene.preview([scene.configMap("keep"), grouped], second)).changes).toBe(false);
  });

  it("counts once: it stays when Git names it by the other group", async () => {
    const scene = await openScene();
    const { deploy, configMap, client, namespace, preview } = scene;
    const first = await deployed(deploy([configMap("keep"), event(scene, "events.k8s.io/v1")]));
    const target = { group: "", kind: "Event", namespace, name: "one" };
    const { uid } = (await client.get(target))!.metadata;
    const core = { ...event(scene, "v1"), eventTime: "2026-01-01T00:00:00.000000Z" };
    const complete = { ...core, reportingComponent: "x/y", reportingInstance: "z", action: "Test" };
    const second = await deployed(deploy([configMap("keep"), complete], first));
    expect((await client.get(target))?.metadata.uid).toBe(uid);
    expect(second.inventory).toEqual([`ConfigMap ${namespace}/keep`, `Event ${namespace}/one`]);
    expect(await preview([configMap("keep"), complete], second)).toMatchObject({ changes: false, drift: [] });
    await remove(second, scene.report);
    expect(await client.get(target)).toBeUndefined();
  });
});

describe("an Application that leaves the stack", () => {
  it("is not deleted while it is unknown whether another one has its objects", async () => {
    const { scene, a, ofB, uid, before } = await openTwo();
    tell(scene, { b: "on hold" });
    await expect(remove(a, scene.report)).rejects.toThrow(/nothing of it was deleted for now: .*b cannot be read/);
    expect(await uid()).toBe(before);
    tell(scene, { b: [ofB] });
    await remove(a, scene.report);
    expect(await uid()).toBeUndefined();
  });

  it("for another shard keeps everything, whatever it is told of its deletion", async () => {
    const { scene, deploy, a, b, ofA, shared, uid, before } = await openTwo();
    announce(scene.namespace, ["a", "b"], ["a"], { index: 1, count: 2 });
    expect(await remove(a, scene.report)).toEqual([]);
    expect(await remove({ ...a, policy: { ...a.policy, protect: true } }, scene.report)).toEqual([]);
    expect(await uid()).toBe(before);

    // The other shard makes it its own, and what the first one still knows of it deletes nothing.
    announce(scene.namespace, ["a", "b"], ["b"], { index: 1, count: 1 });
    const taken = await deployed(deploy([ofA, shared], undefined, {}, "a"));
    expect(taken.claim).not.toBe(a.claim);
    tell(scene, { b: [] });
    await remove(a, scene.report);
    expect(await uid()).toBe(before);
    await remove(b, scene.report);
    await expectSettled(scene, taken, [ofA, shared]);
  });
});
