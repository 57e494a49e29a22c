import { describe, expect, it } from "@jest/globals";

import type { CheckedInputs } from "../../components/sync.protocol.ts";
import { check } from "../../components/sync/check.ts";
import { diff } from "../../components/sync/diff.ts";
import { skip } from "../../components/sync/skip.ts";
import { desiredWith } from "../../components/sync/sync.fixture.ts";
import { deployed, knownOf, openScene } from "./scene.ts";

const SKIPPED = { hold: "argocd.argoproj.io/skip-reconcile", skipped: true };

describe("skip-reconcile", () => {
  it("makes nothing of a new Application, and the first sync makes all of it", async () => {
    const { deploy, look, configMap, live, namespace } = await openScene();
    const told = { ...desiredWith({}), environment: namespace, ...SKIPPED };
    const outputs = await skip(check({}, told).inputs as CheckedInputs);
    expect(await knownOf((await look(outputs)).outputs)).toMatchObject(await knownOf(outputs));
    const second = await deployed(deploy([configMap("one")], outputs));
    expect(await live("ConfigMap", "one")).toBeDefined();
    expect((await look(second)).outputs.drift).toEqual([]);
  });

  it("leaves drift and new commits alone as long as it lasts", async () => {
    const { deploy, look, change, configMap } = await openScene();
    const outputs = await deployed(deploy([configMap("one")]));
    await change("one", "color", "red");
    const seen = await look(outputs);
    expect(seen.outputs.drift).toHaveLength(1);
    const inputs = check(seen.inputs, { ...desiredWith({}), ...SKIPPED }).inputs as CheckedInputs;
    expect(inputs.manifests).toEqual(seen.inputs.manifests);
    const look2 = () => Promise.reject(new Error("nothing is to be looked at"));
    expect(await diff(seen.outputs, inputs, { wasRead: true, look: look2 })).toEqual({ changes: false });
  });
});
