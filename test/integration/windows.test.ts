import { describe, expect, it } from "@jest/globals";

import type { Window } from "../../components/project/project.ts";
import { deployed, openScene } from "./scene.ts";

const FREEZE: { readonly windows: readonly Window[] } = {
  windows: [{ kind: "deny", schedule: "* * * * *", durationMs: 3_600_000 }],
};
const CLOSED = expect.stringMatching(/^its sync window is closed: a deny window is active/);

describe("outside its sync windows", () => {
  it("a new Application waits, is shown as missing, and comes when a window opens", async () => {
    const { deploy, preview, up, configMap, live } = await openScene();
    const objects = [configMap("one")];
    const waiting = await deployed(deploy(objects, undefined, FREEZE));
    expect(waiting).toMatchObject({ complete: false, inventory: [], images: {}, conditions: [CLOSED] });
    expect(await live("ConfigMap", "one")).toBeUndefined();
    const seen = await preview(objects, waiting, FREEZE);
    expect(seen).toMatchObject({ changes: true, shown: {} });
    expect((await up(objects, waiting)).complete).toBe(true);
    expect(await live("ConfigMap", "one")).toBeDefined();
  });

  it("what Git changed and drops waits, run after run, and is shown each time", async () => {
    const { deploy, preview, up, configMap, live } = await openScene();
    const before = await deployed(deploy([configMap("one"), configMap("dropped")]));
    const news = [configMap("one", { color: "green" })];
    let outputs = before;
    for (let run = 0; run < 2; run++) {
      outputs = await up(news, outputs, FREEZE);
      expect(outputs).toMatchObject({ complete: false, conditions: [CLOSED] });
      expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "blue" });
      expect(await live("ConfigMap", "dropped")).toBeDefined();
      expect((await preview(news, outputs, FREEZE)).changes).toBe(true);
    }
    const after = await up(news, outputs);
    expect(after).toMatchObject({ complete: true, conditions: [], inventory: [expect.stringContaining("/one")] });
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "green" });
    expect((await preview(news, after)).changes).toBe(false);
  });

  it("what a person changed by hand stays until a window opens, and is shown", async () => {
    const { deploy, preview, up, configMap, change, live } = await openScene();
    const objects = [configMap("one")];
    const before = await deployed(deploy(objects, undefined));
    await change("one", "color", "red");
    const waiting = await up(objects, before, FREEZE);
    expect(waiting).toMatchObject({ conditions: [CLOSED], drift: [expect.stringContaining("red")] });
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "red" });
    expect((await preview(objects, waiting, FREEZE)).changes).toBe(true);
    expect(await up(objects, waiting)).toMatchObject({ conditions: [], drift: [] });
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "blue" });
  });

  it("an Application in which nothing differs has nothing to say", async () => {
    const { deploy, up, preview, configMap } = await openScene();
    const objects = [configMap("one")];
    const before = await deployed(deploy(objects));
    const frozen = await up(objects, before, FREEZE);
    expect(frozen).toMatchObject({ complete: true, conditions: [], drift: [] });
    expect((await preview(objects, frozen, FREEZE)).changes).toBe(false);
  });
});
