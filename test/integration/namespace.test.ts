import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../../components/manifest/object.ts";
import { remove } from "../../components/sync/delete.ts";
import { deployed, openScene, viewOf } from "./scene.ts";

type Scene = Awaited<ReturnType<typeof openScene>>;

function homeOf({ client, namespace }: Scene) {
  const target = { group: "", kind: "Namespace", namespace: "", name: namespace };
  return {
    target,
    metadata: async () => (await client.get(target))!.metadata,
    relabel: (labels: Record<string, string>, manager = "kubectl-label") =>
      client.apply(
        { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
        { manager, force: true, dryRun: false },
      ),
  };
}

const stating = (labels: Record<string, string>, annotations: Record<string, string> = {}) => ({
  namespaceMetadata: { labels, annotations },
});

describe("managedNamespaceMetadata", () => {
  it("is put on a namespace that is made, and on one that is there", async () => {
    const scene = await openScene();
    const { deploy, configMap, preview } = scene;
    const { metadata, relabel } = homeOf(scene);
    const first = await deployed(
      deploy([configMap("one")], undefined, stating({ team: "a" }, { "example.com/b": "c" })),
    );
    expect(await metadata()).toMatchObject({ labels: { team: "a" }, annotations: { "example.com/b": "c" } });
    expect((await preview([configMap("one")], first, stating({ team: "a" }, { "example.com/b": "c" }))).changes).toBe(
      false,
    );
    await relabel({ theirs: "x" });
    const second = await deployed(deploy([configMap("one")], first, stating({ tier: "b" })));
    const after = await metadata();
    expect(after.labels).toMatchObject({ theirs: "x", tier: "b" });
    expect(after.labels).not.toHaveProperty("team");
    expect(after.annotations ?? {}).not.toHaveProperty("example.com/b");
    await deployed(deploy([configMap("one")], second));
    expect((await metadata()).labels).not.toHaveProperty("tier");
  });

  it("is drift when somebody changes it, shown and taken back", async () => {
    const scene = await openScene();
    const { deploy, configMap, preview, up, namespace } = scene;
    const { metadata, relabel } = homeOf(scene);
    const policy = stating({ team: "a" });
    const first = await deployed(deploy([configMap("one")], undefined, policy));
    await relabel({ team: "b" });
    const seen = await preview([configMap("one")], first, policy);
    expect(seen).toMatchObject({ changes: true, drift: [`Namespace ${namespace}: metadata.labels[team]: "b" => "a"`] });
    const healed = await up([configMap("one")], first, policy);
    expect((await metadata()).labels).toMatchObject({ team: "a" });
    expect(await preview([configMap("one")], healed, policy)).toMatchObject({ changes: false, drift: [] });
  });

  it("does not let two Applications overwrite each other", async () => {
    const scene = await openScene();
    const { deploy, configMap } = scene;
    const { metadata } = homeOf(scene);
    await deployed(deploy([configMap("a")], undefined, stating({ team: "a", shared: "x" }), "a"));
    await expect(deploy([configMap("b")], undefined, stating({ team: "b", shared: "x" }), "b")).rejects.toThrow(
      /Namespace .*: metadata\.labels\[team\]: managedNamespaceMetadata of another Application states "a"/,
    );
    const b = await deployed(deploy([configMap("b")], undefined, stating({ tier: "b", shared: "x" }), "b"));
    await deployed(deploy([configMap("b")], b));
    expect((await metadata()).labels).toMatchObject({ team: "a", shared: "x" });
    expect((await metadata()).labels).not.toHaveProperty("tier");
  });

  it("leaves the namespace untracked, and never deletes it", async () => {
    const scene = await openScene();
    const { deploy, configMap, report } = scene;
    const { metadata } = homeOf(scene);
    const outputs = await deployed(deploy([configMap("one")], undefined, stating({ team: "a" })));
    expect(JSON.stringify((await metadata()).labels)).not.toContain("pulumi-gitops.dev");
    await remove(outputs, report, viewOf);
    expect((await metadata()).labels).toMatchObject({ team: "a" });
  });

  it("gives way to a Namespace in Git", async () => {
    const scene = await openScene();
    const { deploy, configMap, namespace, preview } = scene;
    const first = await deployed(deploy([configMap("one")], undefined, stating({ team: "a" })));
    const home: Manifest = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels: { team: "git" } },
    };
    const second = await deployed(deploy([configMap("one"), home], first, stating({ team: "a" })));
    expect((await homeOf(scene).metadata()).labels).toMatchObject({ team: "git" });
    expect(second.inventory).toContain(`Namespace ${namespace}`);
    const seen = await preview([configMap("one"), home], second, stating({ team: "a" }));
    expect(seen).toMatchObject({ changes: false, drift: [] });
  });
});
