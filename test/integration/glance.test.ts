import { describe, expect, it } from "@jest/globals";

import { read } from "../../components/sync/read.ts";
import type { SyncRecord } from "../../components/sync/record.ts";
import { deployed, openScene, viewOf } from "./scene.ts";
import { ignoring } from "./workload.ts";

type Scene = Awaited<ReturnType<typeof openScene>>;

/** Whether a look answers without comparing: then the engine keeps the inputs that it has. */
const isQuiet = async (outputs: SyncRecord) => (await read(outputs, viewOf)).inputs === undefined;

describe("a look at an Application of which nothing has changed", () => {
  it("gives the engine no inputs, and says what a comparison would say", async () => {
    const { deploy, configMap } = await openScene();
    const outputs = await deployed(deploy([configMap("one"), configMap("two")]));
    const seen = await read(outputs, viewOf);
    expect(seen).toEqual({ outputs });
    const { fingerprint, ...older } = outputs;
    expect(fingerprint).toMatch(/^[0-9a-f]{32}$/);
    const compared = await read(older, viewOf);
    expect(compared.outputs).toEqual(older);
    expect(Object.keys(compared.inputs?.manifests ?? {})).toEqual(outputs.inventory);
  });

  const deeds: readonly (readonly [string, (scene: Scene, outputs: SyncRecord) => Promise<unknown>])[] = [
    ["a value was changed", ({ change }) => change("one", "color", "red")],
    ["a controller changed a value", ({ change }) => change("one", "color", "red", "operator")],
    ["a person added a value", ({ change }) => change("one", "more", "x")],
    ["an object was deleted", ({ removeByHand }) => removeByHand("one")],
    [
      "an object was made anew by somebody else",
      ({ client, removeByHand, configMap }) =>
        removeByHand("one").then(() => client.create(configMap("one"), { manager: "kubectl-create" })),
    ],
    [
      "its label is gone",
      ({ client, target }) =>
        client.patchJson(target("ConfigMap", "one"), [{ op: "remove", path: "/metadata/labels" }], {
          manager: "operator",
        }),
    ],
    [
      "an object of ours is there that its state does not know",
      ({ deploy, configMap }, outputs) =>
        deployed(deploy([configMap("one"), configMap("two"), configMap("stray")], outputs)),
    ],
  ];

  it.each(deeds)("is compared when %s", async (_, deed) => {
    const scene = await openScene();
    const outputs = await deployed(scene.deploy([scene.configMap("one"), scene.configMap("two")]));
    expect(await isQuiet(outputs)).toBe(true);
    await deed(scene, outputs);
    const { outputs: seen, inputs } = await read(outputs, viewOf);
    expect(inputs).toBeDefined();
    expect(seen.drift.length).toBeGreaterThan(0);
  });

  it("is compared as long as the last sync did not finish, or something is said of it", async () => {
    const { deploy, configMap } = await openScene();
    const outputs = await deployed(deploy([configMap("one")]));
    for (const said of [
      { complete: false },
      { drift: ["ConfigMap one: is missing"] },
      { conditions: ["self-heal is off"] },
      { health: "Unknown: no answer" },
      { policy: { ...outputs.policy, ...ignoring({ jsonPointers: ["/data"] }) } },
    ])
      expect(await isQuiet({ ...outputs, ...said })).toBe(false);
  });

  it("tells its health, which needs no comparison", async () => {
    const { client, deploy, namespace, target } = await openScene();
    const claim = {
      ...{ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data", namespace } },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "none", resources: { requests: { storage: "1Gi" } } },
    };
    const outputs = await deployed(deploy([claim], undefined, { wait: "applied" }));
    const seen = await read(outputs, viewOf);
    expect(seen.inputs).toBeUndefined();
    expect(seen.outputs.health).toMatch(/^Progressing: PersistentVolumeClaim/);
    expect(await client.get(target("PersistentVolumeClaim", "data"))).toBeDefined();
  });
});
