import { describe, expect, it } from "@jest/globals";

import { deployed, openScene } from "./scene.ts";

const MANUAL = { automated: false, prune: false };

describe.each([
  ["prune: false", { prune: false }, "prune is off"],
  ["a manual Application", MANUAL, "a manual Application does not prune"],
])("%s", (_, policy, reason) => {
  it("keeps what Git dropped, says so in each look, and never calls it a change", async () => {
    const { deploy, preview, configMap, live, namespace } = await openScene();
    const first = await deployed(deploy([configMap("keep"), configMap("drop")], undefined, policy));
    const { changes, ...seen } = await preview([configMap("keep")], first, policy);
    expect(changes).toBe(true);

    const second = await deployed(deploy([configMap("keep")], seen, policy));
    const said = [`ConfigMap ${namespace}/drop: is not in Git; ${reason}`];
    expect(second.conditions).toEqual(said);
    expect(second.inventory).toContain(`ConfigMap ${namespace}/drop`);

    const third = await preview([configMap("keep")], second, policy);
    expect(third).toMatchObject({ changes: false, drift: [], conditions: said });
    expect(third.shown).toEqual(third.wanted);
    expect(await live("ConfigMap", "drop")).toBeDefined();
  });

  it("forgets it when somebody deletes it", async () => {
    const { deploy, preview, removeByHand, configMap, namespace } = await openScene();
    const first = await deployed(deploy([configMap("keep"), configMap("drop")], undefined, policy));
    const second = await deployed(deploy([configMap("keep")], first, policy));
    await removeByHand("drop");
    expect((await preview([configMap("keep")], second, policy)).conditions).toEqual([]);
    const third = await deployed(deploy([configMap("keep")], second, policy));
    expect(third.inventory).toEqual([`ConfigMap ${namespace}/keep`]);
  });

  it("prunes it as soon as pruning is on", async () => {
    const { deploy, preview, configMap, live } = await openScene();
    const first = await deployed(deploy([configMap("keep"), configMap("drop")], undefined, policy));
    const second = await deployed(deploy([configMap("keep")], first, policy));
    expect((await preview([configMap("keep")], second)).changes).toBe(true);
    const third = await deployed(deploy([configMap("keep")], second));
    expect(await live("ConfigMap", "drop")).toBeUndefined();
    expect(third.conditions).toEqual([]);
  });

  it("takes it back when Git has it again", async () => {
    const { deploy, configMap, live } = await openScene();
    const first = await deployed(deploy([configMap("keep"), configMap("drop")], undefined, policy));
    const second = await deployed(deploy([configMap("keep")], first, policy));
    const third = await deployed(deploy([configMap("keep"), configMap("drop", { color: "green" })], second, policy));
    expect((await live("ConfigMap", "drop"))?.["data"]).toEqual({ color: "green" });
    expect(third.conditions).toEqual([]);
  });
});

describe("a manual Application", () => {
  it("applies Git and takes manual changes back when a person runs up", async () => {
    const { deploy, preview, change, configMap, live } = await openScene();
    const first = await deployed(deploy([configMap("one"), configMap("two")], undefined, MANUAL));
    await change("one", "color", "red");
    const after = [configMap("one"), configMap("two", { color: "green" })];
    const { changes, ...seen } = await preview(after, first, MANUAL);
    expect(changes).toBe(true);
    expect(seen.drift).toHaveLength(1);
    await deployed(deploy(after, seen, MANUAL));
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "blue" });
    expect((await live("ConfigMap", "two"))?.["data"]).toEqual({ color: "green" });
  });
});

describe("allowEmpty", () => {
  it("lets Git drop everything", async () => {
    const { deploy, preview, configMap, live } = await openScene();
    const first = await deployed(deploy([configMap("one"), configMap("two")]));
    expect((await preview([], first, { allowEmpty: true })).changes).toBe(true);
    const second = await deployed(deploy([], first, { allowEmpty: true }));
    expect(await live("ConfigMap", "one")).toBeUndefined();
    expect(second.inventory).toEqual([]);
    expect((await preview([], second, { allowEmpty: true })).changes).toBe(false);
  });

  it("does not make up for prune: false", async () => {
    const { deploy, configMap, live, namespace } = await openScene();
    const first = await deployed(deploy([configMap("one")]));
    const second = await deployed(deploy([], first, { allowEmpty: true, prune: false }));
    expect(await live("ConfigMap", "one")).toBeDefined();
    expect(second.conditions).toEqual([`ConfigMap ${namespace}/one: is not in Git; prune is off`]);
  });
});
