import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../../components/manifest/object.ts";
import { runOrFail } from "../support/command.ts";
import { deployed, openScene } from "./scene.ts";

/** What a person does to the ConfigMap `one`: another color, and a field that Git does not state. */
type Way = (namespace: string, live: Manifest) => Promise<unknown>;

const kubectl = (namespace: string, args: readonly string[], input?: object, env: NodeJS.ProcessEnv = {}) =>
  runOrFail("kubectl", [`--namespace=${namespace}`, ...args], {
    env: { ...process.env, ...env },
    ...(input === undefined ? {} : { input: JSON.stringify(input) }),
  });
const stated = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { color: "red", added: "x" } };

const WAYS: readonly (readonly [name: string, way: Way])[] = [
  ["kubectl apply", (namespace) => kubectl(namespace, ["apply", "--filename=-"], stated)],
  [
    "kubectl apply --server-side",
    (namespace) => kubectl(namespace, ["apply", "--server-side", "--force-conflicts", "--filename=-"], stated),
  ],
  [
    "kubectl edit",
    (namespace) => {
      const KUBE_EDITOR = "sed -i -e 's/color: blue/color: red/' -e 's/^data:/data:\\n  added: x/'";
      return kubectl(namespace, ["edit", "configmap", "one"], undefined, { KUBE_EDITOR });
    },
  ],
  [
    "kubectl patch",
    (namespace) =>
      kubectl(namespace, ["patch", "configmap", "one", `--patch=${JSON.stringify({ data: stated.data })}`]),
  ],
  [
    "kubectl replace",
    (namespace, live) => kubectl(namespace, ["replace", "--filename=-"], { ...live, data: stated.data }),
  ],
];

describe("what a person did is shown, taken over and removed", () => {
  it.each(WAYS)("with %s, each time anew", async (_, way) => {
    const { deploy, preview, up, configMap, live, namespace } = await openScene();
    const objects = [configMap("one")];
    let outputs = await deployed(deploy(objects));
    for (let time = 1; time <= 2; time++) {
      await way(namespace, (await live("ConfigMap", "one"))!);
      expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "red", added: "x" });
      const seen = await preview(objects, outputs);
      expect(seen.changes).toBe(true);
      expect(seen.drift).toEqual([
        expect.stringMatching(/one: data\.color: "red" => "blue" \(set by kubectl.*\)$/),
        expect.stringMatching(/one: data\.added: "x" => \(none\) \(set by kubectl.*\)$/),
      ]);
      outputs = await up(objects, outputs);
      expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "blue" });
      expect(await preview(objects, outputs)).toMatchObject({ changes: false, drift: [] });
    }
  });
});
