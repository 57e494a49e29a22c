import { describe, expect, it } from "@jest/globals";

import { deployed, openScene } from "./scene.ts";

const OFF = { selfHeal: false };

describe("selfHeal: false", () => {
  it("tells of a manual change without calling it something to do, and leaves it", async () => {
    const { deploy, preview, change, removeByHand, configMap, live, namespace } = await openScene();
    const objects = [configMap("changed"), configMap("missing")];
    const first = await deployed(deploy(objects, undefined, OFF));
    await change("changed", "color", "red");
    await removeByHand("missing");

    const seen = await preview(objects, first, OFF);
    const drift = [
      expect.stringMatching(/changed: data\.color: "red" => "blue"/),
      `ConfigMap ${namespace}/missing: is missing`,
    ];
    expect(seen.changes).toBe(false);
    expect(seen.drift).toEqual(drift);
    expect(seen.conditions).toEqual([
      expect.stringMatching(/^self-heal is off: ConfigMap .*changed: data\.color/),
      `self-heal is off: ConfigMap ${namespace}/missing: is missing`,
    ]);
    expect((await live("ConfigMap", "changed"))?.["data"]).toEqual({ color: "red" });
  });

  it("takes all manual changes back when Git changes one object, and shows them before", async () => {
    const { deploy, preview, change, removeByHand, configMap, live, namespace } = await openScene();
    const before = [configMap("other"), configMap("changed"), configMap("missing")];
    const after = [configMap("other", { color: "green" }), configMap("changed"), configMap("missing")];
    const first = await deployed(deploy(before, undefined, OFF));
    await change("changed", "color", "red");
    await removeByHand("missing");

    const { changes, shown, wanted, ...seen } = await preview(after, first, OFF);
    expect(changes).toBe(true);
    const differing = Object.keys(wanted).filter((text) => wanted[text] !== shown[text]);
    expect(differing.toSorted()).toEqual(
      ["changed", "missing", "other"].map((name) => `ConfigMap ${namespace}/${name}`),
    );

    const healed = await deployed(deploy(after, seen, OFF));
    expect((await live("ConfigMap", "other"))?.["data"]).toEqual({ color: "green" });
    expect((await live("ConfigMap", "changed"))?.["data"]).toEqual({ color: "blue" });
    expect(await live("ConfigMap", "missing")).toBeDefined();
    expect(healed.conditions).toEqual([]);
    expect((await preview(after, healed, OFF)).drift).toEqual([]);
  });

  it("is no reason to heal when only the policy changes, until that turns it on", async () => {
    const { deploy, preview, change, configMap, live } = await openScene();
    const objects = [configMap("changed")];
    const first = await deployed(deploy(objects, undefined, OFF));
    await change("changed", "color", "red");

    const { changes, ...seen } = await preview(objects, first, { ...OFF, timeoutMs: 40_000 });
    expect(changes).toBe(true);
    const same = await deployed(deploy(objects, seen, { ...OFF, timeoutMs: 40_000 }));
    expect((await live("ConfigMap", "changed"))?.["data"]).toEqual({ color: "red" });
    expect(same.policy.timeoutMs).toBe(40_000);
    expect(same.conditions).toEqual([expect.stringContaining("self-heal is off")]);
    expect((await preview(objects, same, { ...OFF, timeoutMs: 40_000 })).changes).toBe(false);

    await deployed(deploy(objects, same, { selfHeal: true }));
    expect((await live("ConfigMap", "changed"))?.["data"]).toEqual({ color: "blue" });
  });

  it("does not keep a sync that did not finish from being tried again", async () => {
    const { deploy, configMap, live, client, target } = await openScene();
    const first = await deployed(deploy([configMap("one")], undefined, OFF));
    await client.patchJson(target("ConfigMap", "one"), [{ op: "replace", path: "/data/color", value: "red" }], {
      manager: "kubectl-edit",
    });
    await deployed(deploy([configMap("one")], { ...first, complete: false }, OFF));
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "blue" });
  });

  it("still fails a preview that could not look", async () => {
    const { deploy, preview, configMap } = await openScene();
    const first = await deployed(deploy([configMap("one")], undefined, OFF));
    const { changes, drift } = await preview(
      [configMap("one")],
      { ...first, inventory: ["no.such.group/Kind a/b"] },
      OFF,
    );
    expect(drift).toEqual([expect.stringContaining("could not be compared")]);
    expect(changes).toBe(true);
  });
});
