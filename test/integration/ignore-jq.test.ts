import { describe, expect, it } from "@jest/globals";

import { deployed, openScene } from "./scene.ts";
import { APP, deployment, ignoring, specOf } from "./workload.ts";

const IMAGES = ignoring({
  group: "apps",
  kind: "Deployment",
  jqPathExpressions: [".spec.template.spec.containers[].image"],
});
const NEWER = "registry.example.com/my-org/web:v2.0.0";
const DEBUG = { ...APP, env: [{ name: "DEBUG", value: "1" }] };

async function openDeployment() {
  const scene = await openScene();
  const { client, target, live, namespace } = scene;
  const patch = (op: string, path: string, value: unknown, manager: string) =>
    client.patchJson(target("Deployment", "web", "apps"), [{ op, path, value }], { manager });
  return {
    ...scene,
    web: (containers = [APP]) => deployment(namespace, 1, containers),
    setImage: (manager: string) => patch("replace", "/spec/template/spec/containers/0/image", NEWER, manager),
    addContainer: (name: string, manager: string) =>
      patch("add", "/spec/template/spec/containers/-", { name, image: NEWER }, manager),
    containers: async () => specOf(await live("Deployment", "web", "apps")).template.spec.containers,
  };
}

describe("fields that a jq expression of ignoreDifferences selects", () => {
  it("keep their live value, required ones too, while the rest follows Git", async () => {
    const { deploy, preview, up, setImage, containers, web } = await openDeployment();
    const first = await deployed(deploy([web()], undefined, IMAGES));
    expect(await containers()).toMatchObject([APP]);
    await setImage("kubectl-set");
    expect(await preview([web()], first, IMAGES)).toMatchObject({ changes: false, drift: [], conditions: [] });
    const second = await up([web([DEBUG])], first, IMAGES);
    expect(await containers()).toMatchObject([{ ...DEBUG, image: NEWER }]);
    expect(await preview([web([DEBUG])], second, IMAGES)).toMatchObject({ changes: false, drift: [], conditions: [] });
  });

  it("are not reset when nobody but us has set them", async () => {
    const { deploy, up, containers, web } = await openDeployment();
    const first = await deployed(deploy([web()], undefined, IMAGES));
    await up([web([DEBUG])], first, IMAGES);
    expect(await containers()).toMatchObject([DEBUG]);
  });

  it("are Git's in a container that Git adds", async () => {
    const { deploy, up, containers, web } = await openDeployment();
    const first = await deployed(deploy([web()], undefined, IMAGES));
    const sidecar = { ...APP, name: "sidecar" };
    await up([web([APP, sidecar])], first, IMAGES);
    expect(await containers()).toMatchObject([APP, sidecar]);
  });

  it("do not keep a container that a person added", async () => {
    const { deploy, preview, up, addContainer, containers, web } = await openDeployment();
    const first = await deployed(deploy([web()], undefined, IMAGES));
    await addContainer("debugger", "kubectl-edit");
    const seen = await preview([web()], first, IMAGES);
    expect(seen.changes).toBe(true);
    expect(seen.drift).toEqual([expect.stringContaining("containers[name=debugger]")]);
    const second = await up([web()], first, IMAGES);
    expect(await containers()).toMatchObject([APP]);
    expect((await containers()).length).toBe(1);
    expect((await preview([web()], second, IMAGES)).changes).toBe(false);
  });

  it("may be a container itself, found by its name", async () => {
    const { deploy, preview, up, addContainer, containers, web } = await openDeployment();
    const rule = ignoring({
      kind: "Deployment",
      jqPathExpressions: ['.spec.template.spec.containers[] | select(.name == "debugger")'],
    });
    const first = await deployed(deploy([web()], undefined, rule));
    await addContainer("debugger", "kubectl-edit");
    expect(await preview([web()], first, rule)).toMatchObject({ changes: false, drift: [] });
    await up([web([DEBUG])], first, rule);
    expect((await containers()).map(({ name }) => name)).toEqual(["app", "debugger"]);
  });

  it("do not follow Git once the object exists, and no change is announced", async () => {
    const { deploy, preview, web } = await openDeployment();
    const first = await deployed(deploy([web()], undefined, IMAGES));
    expect((await preview([web([{ ...APP, image: NEWER }])], first, IMAGES)).changes).toBe(false);
  });
});

describe("a jq expression", () => {
  it("that cannot be carried out on an object is named in each look, and ignores nothing there", async () => {
    const { deploy, preview, up, change, configMap, live, namespace } = await openScene();
    const rule = ignoring({ kind: "ConfigMap", jqPathExpressions: [".webhooks[].clientConfig"] });
    const said = [
      `ConfigMap ${namespace}/one: jq expression ".webhooks[].clientConfig" of ignoreDifferences ignores nothing here: Cannot iterate over null (null)`,
    ];
    const first = await deployed(deploy([configMap("one")], undefined, rule));
    expect(first.conditions).toEqual(said);
    expect(await preview([configMap("one")], first, rule)).toMatchObject({ changes: false, conditions: said });
    await change("one", "color", "red");
    const seen = await preview([configMap("one")], first, rule);
    expect(seen).toMatchObject({ changes: true, conditions: said });
    const second = await up([configMap("one")], first, rule);
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "blue" });
    expect(second.conditions).toEqual(said);
  });

  it("that does not end stops the sync before anything is written, and is named", async () => {
    const { deploy, preview, change, configMap, live } = await openScene();
    const rule = ignoring({ kind: "ConfigMap", jqPathExpressions: ["last(range(1e15))"] });
    const endless = /"last\(range\(1e15\)\)": takes longer than 1 s/;
    await expect(deploy([configMap("one")], undefined, rule)).rejects.toThrow(endless);

    const first = await deployed(deploy([configMap("one")]));
    const { error } = await deploy([configMap("one", { color: "green" })], first, rule);
    expect(String(error)).toMatch(endless);
    expect((await live("ConfigMap", "one"))?.["data"]).toEqual({ color: "blue" });

    await change("one", "color", "red");
    const seen = await preview([configMap("one")], { ...first, policy: { ...first.policy, ...rule } }, rule);
    expect(seen.drift).toEqual([expect.stringMatching(endless)]);
    expect(seen.changes).toBe(true);
  });
});
