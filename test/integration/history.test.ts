import { describe, expect, it } from "@jest/globals";

import type { SyncRecord } from "../../components/sync/record.ts";
import { learnSecrets } from "../../components/sync/scrub.ts";
import { deployed, openScene } from "./scene.ts";

const results = ({ history = [] }: SyncRecord) => history.map(({ result }) => result);

describe("the history of an Application", () => {
  it("has every sync that wrote, pruned or tried, newest first, and no look at the cluster", async () => {
    const { deploy, look, configMap, change } = await openScene();
    const first = await deployed(deploy([configMap("one"), configMap("two")]));
    const [only] = first.history ?? [];
    expect(first.history).toEqual([{ ...only, revision: "c0ffee", images: {}, result: "synced" }]);
    expect(Math.abs(Date.now() - Date.parse(only?.at ?? ""))).toBeLessThan(60_000);
    expect(only?.by).not.toBe("");

    await change("one", "color", "red");
    const { outputs: seen } = await look(first);
    expect(seen.history).toEqual(first.history);

    const healed = await deployed(deploy([configMap("one"), configMap("two")], seen));
    expect(results(healed)).toEqual(["synced", "synced"]);
    const pruned = await deployed(deploy([configMap("one")], healed));
    expect(results(pruned)).toEqual(["synced", "synced", "synced"]);

    const same = await deployed(deploy([configMap("one")], pruned));
    expect(same.history).toEqual(pruned.history);
  });

  it("says in one line why a sync failed, and goes on from there", async () => {
    const { deploy, configMap } = await openScene();
    const first = await deployed(deploy([configMap("one")]));
    const broken = { ...configMap("one"), data: { color: 5 } };
    const { outputs, error } = await deploy([broken], first);
    expect(error).toBeDefined();
    expect(results(outputs)).toEqual([expect.stringMatching(/^failed: .*ConfigMap .*\/one/), "synced"]);
    expect(results(outputs)[0]?.length).toBeLessThanOrEqual(308);
    const mended = await deployed(deploy([configMap("one", { color: "green" })], outputs));
    expect(results(mended)).toEqual(["synced", expect.stringMatching(/^failed: /), "synced"]);
  });

  it("never says the value of a Secret, not even half of one", async () => {
    const { deploy, namespace, configMap } = await openScene();
    const value = `!secret ${"x".repeat(150)}`;
    const values = { "Secret a/b": { password: Buffer.from(value).toString("base64") } };
    learnSecrets({ environment: namespace, application: "web", secrets: { key: "", values } });
    const first = await deployed(deploy([configMap("one")]));
    const { outputs } = await deploy([configMap("one", { [value]: "quoted by the API server" })], first);
    expect(results(outputs)[0]).toContain("(secret)");
    expect(results(outputs)[0]).not.toContain("!secret");
  });

  it("begins anew where an older version wrote none, and a preview shows nothing of it", async () => {
    const { deploy, preview, configMap } = await openScene();
    const old = withoutHistory(await deployed(deploy([configMap("one")])));
    expect((await preview([configMap("one")], old)).changes).toBe(false);
    const next = await deployed(deploy([configMap("one", { color: "green" })], old));
    expect(results(next)).toEqual(["synced"]);
    expect((await preview([configMap("one", { color: "green" })], next)).changes).toBe(false);
  });
});

function withoutHistory(outputs: SyncRecord): SyncRecord {
  const old = { ...outputs };
  Reflect.deleteProperty(old, "history");
  return old;
}
