import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { Manifest } from "../../components/manifest/object.ts";
import { withNamespace } from "../../components/manifest/scope.ts";
import { escapes, RESTRICTED } from "../../components/project/escapes.fixture.ts";
import type { ProjectRules } from "../../components/project/project.ts";
import { checkManifests } from "../../components/render/manifests.ts";
import type { ClusterReference } from "../../components/sync.protocol.ts";
import { remove } from "../../components/sync/delete.ts";
import { followAudit } from "../support/audit.ts";
import { readSandbox } from "../support/sandbox.ts";
import type { ServiceAccount } from "../support/service-account.ts";
import { createServiceAccount, writeKubeconfig } from "../support/service-account.ts";
import { deployed, openScene, viewOf } from "./scene.ts";

// The program's own check is left out here on purpose: whatever reaches the provider meets the same rules again.

const sandbox = readSandbox(process.env);
const OPEN: ProjectRules = { ...RESTRICTED, destinations: [{ name: "*", namespace: "*" }], namespaceDeny: [] };
/** Under which all Applications of an environment write; it belongs to no project. */
const isLease = (write: string) => write.includes("/leases");

describe("a project, asked before each write", () => {
  let folder: string;
  let account: ServiceAccount;
  let cluster: ClusterReference;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "projects-"));
    account = await createServiceAccount(sandbox.kubeconfig, `project-${randomUUID().slice(0, 8)}`);
    cluster = { kind: "kubeconfig", path: await writeKubeconfig(join(folder, "kubeconfig"), sandbox, account.token) };
  });
  afterAll(async () => {
    await account.remove();
    await rm(folder, { recursive: true });
  });

  it("lets nothing out: 400 generated attempts of a cluster administrator write nothing", async () => {
    const { deploy, namespace, configMap } = await openScene(cluster, "team");
    const trail = await followAudit(sandbox.auditLog, account.username);
    const attempts = escapes(400).flatMap(({ document }) => checkManifests([{ value: document }]).manifests);
    for (let at = 0; at < attempts.length; at += 50) {
      const hostile = withNamespace(attempts.slice(at, at + 50), namespace);
      const error: unknown = await deploy([...hostile, configMap("harmless")], undefined, {
        project: RESTRICTED,
        createNamespace: false,
      }).catch((thrown: unknown) => thrown);
      for (const object of hostile) expect(String(error)).toContain(`${object.kind} `);
    }
    const { writes } = await trail();
    // Where it may write it is rehearsed, which the API server logs; nothing else ever left.
    expect(writes.filter((write) => !isLease(write) && !isRehearsal(write, namespace))).toEqual([]);
  });

  it("names every object it does not permit, and applies none of the others", async () => {
    const { deploy, configMap, live, namespace } = await openScene();
    const project = { ...OPEN, destinations: [{ name: "*", namespace }] };
    const outside = { ...configMap("out"), metadata: { name: "out", namespace: "default" } };
    const role: Manifest = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: `escape-${namespace}` },
    };
    await expect(deploy([configMap("in"), outside, role], undefined, { project })).rejects.toThrow(
      /ClusterRole .* cluster-scoped.*; ConfigMap default\/out: project team does not permit the namespace default|ConfigMap default\/out: .*; .*ClusterRole/,
    );
    expect(await live("ConfigMap", "in")).toBeUndefined();
  });

  it("lets no hook out either, and nothing of the sync begins", async () => {
    const { deploy, configMap, live, namespace } = await openScene();
    const project = { ...OPEN, destinations: [{ name: "*", namespace }] };
    const annotations = { "argocd.argoproj.io/hook": "PreSync" };
    const name = `hook-${namespace}`;
    const hook = { ...configMap(name), metadata: { name, namespace: "default", annotations } };
    await expect(deploy([configMap("one"), hook], undefined, { project })).rejects.toThrow(
      `ConfigMap default/${name}: project team does not permit the namespace default`,
    );
    expect(await live("ConfigMap", "one")).toBeUndefined();
    const { client } = await openScene();
    expect(await client.get({ group: "", kind: "ConfigMap", namespace: "default", name })).toBeUndefined();
  });

  it("creates the Application's own namespace when it is a destination, although the kind is not permitted", async () => {
    const { deploy, configMap, live, namespace } = await openScene();
    await expect(deploy([configMap("one")], undefined, { project: RESTRICTED })).rejects.toThrow(
      `Namespace ${namespace}: project team does not permit the namespace ${namespace}`,
    );
    await deployed(
      deploy([configMap("one")], undefined, { project: { ...OPEN, destinations: [{ name: "*", namespace }] } }),
    );
    expect(await live("ConfigMap", "one")).toBeDefined();
  });

  it("leaves what it no longer permits: it is neither changed, nor pruned, nor deleted with the Application", async () => {
    const { deploy, configMap, live, look, report, warnings, namespace } = await openScene();
    const first = await deployed(deploy([configMap("kept"), configMap("gone")], undefined, { project: OPEN }));
    const project = { ...OPEN, namespaceDeny: [{ group: "", kind: "ConfigMap" }] };
    const job: Manifest = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s", namespace },
      spec: { ports: [{ port: 80 }], clusterIP: "None" },
    };
    const second = await deployed(deploy([job], first, { project }));
    expect(second.conditions).toEqual([
      `ConfigMap ${namespace}/gone: is not in Git, but project team does not permit ConfigMap (spec.namespaceResourceWhitelist, spec.namespaceResourceBlacklist)`,
      `ConfigMap ${namespace}/kept: is not in Git, but project team does not permit ConfigMap (spec.namespaceResourceWhitelist, spec.namespaceResourceBlacklist)`,
    ]);
    expect((await look(second)).outputs.drift).toEqual([]);
    await remove(second, report, viewOf);
    expect(warnings).toContain(
      `ConfigMap ${namespace}/kept is left: project team does not permit ConfigMap (spec.namespaceResourceWhitelist, spec.namespaceResourceBlacklist)`,
    );
    expect(await live("ConfigMap", "kept")).toBeDefined();
    expect(await live("Service", "s")).toBeUndefined();
  });
});

function isRehearsal(write: string, namespace: string): boolean {
  return write.includes("dryRun=All") && write.includes(`/namespaces/${namespace}/configmaps/harmless`);
}
