import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../../components/manifest/object.ts";
import { deployed, openScene } from "./scene.ts";
import { APP, deployment, ignoring, specOf } from "./workload.ts";

const REPLICAS = ignoring({ group: "apps", kind: "Deploy*", jsonPointers: ["/spec/replicas"] });
const OTHER_IMAGE = { ...APP, image: "registry.example.com/my-org/web:v1.1.0" };

async function openDeployment() {
  const scene = await openScene();
  const { client, target, live, namespace } = scene;
  return {
    ...scene,
    web: (replicas: number, containers = [APP]) => deployment(namespace, replicas, containers),
    scale: (replicas: number, manager: string) =>
      client.patchJson(
        target("Deployment", "web", "apps"),
        [{ op: "replace", path: "/spec/replicas", value: replicas }],
        { manager },
      ),
    spec: async () => specOf(await live("Deployment", "web", "apps")),
  };
}

describe("a field that a JSON pointer of ignoreDifferences names", () => {
  it.each(["kubectl-scale", "some-operator"])(
    "is stated at creation and is no drift when %s changes it",
    async (manager) => {
      const { deploy, preview, scale, spec, web } = await openDeployment();
      const first = await deployed(deploy([web(2)], undefined, REPLICAS));
      expect((await spec()).replicas).toBe(2);
      await scale(5, manager);
      expect(await preview([web(2)], first, REPLICAS)).toMatchObject({ changes: false, drift: [], conditions: [] });
    },
  );

  it("keeps its live value when Git changes something else, and is neither reset nor owned then", async () => {
    const { deploy, up, preview, scale, spec, web, live } = await openDeployment();
    const first = await deployed(deploy([web(2)], undefined, REPLICAS));
    await scale(5, "some-operator");
    const second = await up([web(2, [OTHER_IMAGE])], first, REPLICAS);
    expect(await spec()).toMatchObject({ replicas: 5, template: { spec: { containers: [OTHER_IMAGE] } } });
    const owners = (await live("Deployment", "web", "apps"))?.metadata.managedFields ?? [];
    const own = owners.find(({ manager }) => /^pulumi-gitops-.*[0-9a-f]{8}$/.test(manager));
    expect(own?.fieldsV1?.["f:spec"]).toHaveProperty(["f:template"]);
    expect(own?.fieldsV1?.["f:spec"]).not.toHaveProperty(["f:replicas"]);
    expect(await preview([web(2, [OTHER_IMAGE])], second, REPLICAS)).toMatchObject({ changes: false, drift: [] });
  });

  it("is not reset when nobody but us has ever set it", async () => {
    const { deploy, up, spec, web } = await openDeployment();
    const first = await deployed(deploy([web(2)], undefined, REPLICAS));
    const second = await up([web(2, [OTHER_IMAGE])], first, REPLICAS);
    expect((await spec()).replicas).toBe(2);
    await up([web(2)], second, REPLICAS);
    expect((await spec()).replicas).toBe(2);
  });

  it("does not follow Git once the object exists, and no change is announced", async () => {
    const { deploy, up, preview, spec, web } = await openDeployment();
    const first = await deployed(deploy([web(2)], undefined, REPLICAS));
    expect((await preview([web(4)], first, REPLICAS)).changes).toBe(false);
    const both = await preview([web(4, [OTHER_IMAGE])], first, REPLICAS);
    expect(JSON.parse(Object.values(both.wanted)[0]!)).toMatchObject({ spec: { replicas: 2 } });
    await up([web(4, [OTHER_IMAGE])], first, REPLICAS);
    expect((await spec()).replicas).toBe(2);
  });

  it("is Git's again when the object has to be made anew", async () => {
    const { deploy, up, removeByHand, spec, web } = await openDeployment();
    const first = await deployed(deploy([web(2)], undefined, REPLICAS));
    await removeByHand("web", "Deployment", "apps");
    await up([web(4)], first, REPLICAS);
    expect((await spec()).replicas).toBe(4);
  });

  it("is Git's again when the rule goes", async () => {
    const { deploy, up, preview, scale, spec, web } = await openDeployment();
    const first = await deployed(deploy([web(2)], undefined, REPLICAS));
    await scale(5, "some-operator");
    const second = await up([web(2, [OTHER_IMAGE])], first, REPLICAS);
    expect((await preview([web(2, [OTHER_IMAGE])], second)).changes).toBe(true);
    const third = await up([web(2, [OTHER_IMAGE])], second);
    expect((await spec()).replicas).toBe(2);
    expect(await preview([web(2, [OTHER_IMAGE])], third)).toMatchObject({ changes: false, drift: [] });
  });

  it("is left alone from the run on that brings the rule", async () => {
    const { deploy, up, preview, scale, spec, web } = await openDeployment();
    const first = await deployed(deploy([web(2)]));
    await scale(5, "kubectl-scale");
    const second = await up([web(2)], first, REPLICAS);
    expect((await spec()).replicas).toBe(5);
    expect(await preview([web(2)], second, REPLICAS)).toMatchObject({ changes: false, drift: [], conditions: [] });
  });

  it("is left alone in an object that is adopted", async () => {
    const { deploy, configMap, client, spec, web } = await openDeployment();
    await deployed(deploy([configMap("first")]));
    await client.create(web(5), { manager: "kubectl-create" });
    await deployed(deploy([configMap("first"), web(2)], undefined, { ...REPLICAS, adopt: true }));
    expect((await spec()).replicas).toBe(5);
  });

  it("does not hide the fields beside it", async () => {
    const { deploy, preview, scale, web, client, target } = await openDeployment();
    const first = await deployed(deploy([web(2)], undefined, REPLICAS));
    await scale(5, "kubectl-scale");
    const patch = [{ op: "add", path: "/spec/paused", value: true }];
    await client.patchJson(target("Deployment", "web", "apps"), patch, { manager: "kubectl-edit" });
    const { changes, drift } = await preview([web(2)], first, REPLICAS);
    expect(changes).toBe(true);
    expect(drift).toEqual([expect.stringContaining("spec.paused: true => (none)")]);
  });
});

describe("JSON pointers", () => {
  it("reach names with slashes, and spare our own marks", async () => {
    const { deploy, preview, up, configMap, client, target, live } = await openScene();
    const annotations = { "example.com/team": "payments", plain: "yes" };
    const object = { ...configMap("one"), metadata: { ...configMap("one").metadata, annotations } };
    const policy = ignoring({ jsonPointers: ["/metadata/annotations/example.com~1team", "/metadata/labels"] });
    const first = await deployed(deploy([object], undefined, policy));
    const patch = (op: string, path: string, value?: string) =>
      client.patchJson(target("ConfigMap", "one"), [{ op, path, value }], { manager: "kubectl-edit" });
    await patch("replace", "/metadata/annotations/example.com~1team", "other");
    await patch("add", "/metadata/labels/by-hand", "x");
    expect(await preview([object], first, policy)).toMatchObject({ changes: false, drift: [] });

    await patch("replace", "/metadata/labels/pulumi-gitops.dev~1environment", "stolen");
    const { drift } = await preview([object], first, policy);
    expect(drift).toEqual([expect.stringContaining('metadata.labels["pulumi-gitops.dev/environment"]: "stolen"')]);
    await up([object], first, policy);
    const { metadata } = (await live("ConfigMap", "one"))!;
    expect(metadata.labels).toMatchObject({ "by-hand": "x" });
    expect(metadata.labels?.["pulumi-gitops.dev/environment"]).not.toBe("stolen");
    expect(metadata.annotations).toMatchObject({ "example.com/team": "other", plain: "yes" });
  });

  it("reach into lists that are owned as a whole: the rest of the list follows Git", async () => {
    const { deploy, preview, up, namespace, client, target, live } = await openScene();
    const role = (resources: readonly string[], verbs: readonly string[]): Manifest => ({
      ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "one", namespace } },
      rules: [{ apiGroups: [""], resources, verbs }],
    });
    const policy = ignoring({ group: "rbac.authorization.k8s.io", kind: "Role", jsonPointers: ["/rules/0/verbs"] });
    const first = await deployed(deploy([role(["pods"], ["get"])], undefined, policy));
    const at = target("Role", "one", "rbac.authorization.k8s.io");
    const patch = [{ op: "replace", path: "/rules/0/verbs", value: ["get", "list"] }];
    await client.patchJson(at, patch, { manager: "kubectl-edit" });
    expect(await preview([role(["pods"], ["get"])], first, policy)).toMatchObject({ changes: false, drift: [] });

    const second = await up([role(["pods", "secrets"], ["get"])], first, policy);
    const rules = (await live("Role", "one", "rbac.authorization.k8s.io"))?.["rules"];
    expect(rules).toEqual([{ apiGroups: [""], resources: ["pods", "secrets"], verbs: ["get", "list"] }]);
    expect(await preview([role(["pods", "secrets"], ["get"])], second, policy)).toMatchObject({
      changes: false,
      drift: [],
    });

    const wider = [{ op: "replace", path: "/rules/0/resources", value: ["*"] }];
    await client.patchJson(at, wider, { manager: "kubectl-edit" });
    const seen = await preview([role(["pods", "secrets"], ["get"])], second, policy);
    expect(seen.drift).toHaveLength(1);
    expect(seen.drift.join()).not.toContain("list");
  });

  it("leave a value of a Secret to whoever rotates it, and show nothing of it", async () => {
    const { deploy, preview, up, namespace, client, target, live } = await openScene();
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const secret = (user: string): Manifest => ({
      ...{ apiVersion: "v1", kind: "Secret", metadata: { name: "one", namespace } },
      data: { password: base64("initial"), user: base64(user) },
    });
    const policy = ignoring({ kind: "Secret", jsonPointers: ["/data/password"] });
    const first = await deployed(deploy([secret("a")], undefined, policy));
    const patch = [{ op: "replace", path: "/data/password", value: base64("rotated-by-hand") }];
    await client.patchJson(target("Secret", "one"), patch, { manager: "kubectl-edit" });
    expect(await preview([secret("a")], first, policy)).toMatchObject({ changes: false, drift: [] });
    const second = await up([secret("b")], first, policy);
    expect((await live("Secret", "one"))?.["data"]).toEqual({ password: base64("rotated-by-hand"), user: base64("b") });
    expect(JSON.stringify(await preview([secret("b")], second, policy))).not.toMatch(/rotated-by-hand|cm90YXRlZC/);
  });
});
