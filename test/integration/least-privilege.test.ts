import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { Access } from "../../components/access/manifests.ts";
import { accessManifests } from "../../components/access/manifests.ts";
import { resourceNameOf } from "../../components/access/resource-name.ts";
import type { Need } from "../../components/access/rules.ts";
import type { Manifest } from "../../components/manifest/object.ts";
import { refOf } from "../../components/manifest/object.ts";
import { remove } from "../../components/sync/delete.ts";
import { applyAccess, tokenOf } from "../support/access.ts";
import { runOrFail } from "../support/command.ts";
import { readSandbox } from "../support/sandbox.ts";
import { writeKubeconfig } from "../support/service-account.ts";
import { waitFor } from "../support/wait-for.ts";
import { deployed, openScene } from "./scene.ts";
import { deployment } from "./workload.ts";

// Accounts with the rights that are computed from what is rendered, and no others.

const sandbox = readSandbox(process.env);
const namespace = `least-${randomUUID().slice(0, 8)}`;
const kubectl = (...args: readonly string[]) => runOrFail("kubectl", [`--kubeconfig=${sandbox.kubeconfig}`, ...args]);
const needOf = (object: Manifest): Need => {
  const { group, kind, namespace: where } = refOf(object);
  return { group, kind, namespace: where };
};
const configMap = (name: string, data: Record<string, string> = { color: "blue" }): Manifest => ({
  ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data },
});
const secret: Manifest = {
  ...{ apiVersion: "v1", kind: "Secret", metadata: { name: "web", namespace }, data: { password: "aHVudGVy" } },
};
const OBJECTS = [configMap("web"), configMap("old"), secret, deployment(namespace, 1)];

let folder: string;
let access: Access;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "least-privilege-"));
  await kubectl("create", "namespace", namespace);
  access = accessManifests(
    { environment: namespace, needs: OBJECTS.map(needOf), namespaces: [namespace] },
    { namespace },
  );
  await applyAccess(sandbox.kubeconfig, access);
});
afterAll(async () => {
  const names = access.roles.filter(({ kind }) => kind === "ClusterRole").map(({ metadata }) => metadata.name);
  await kubectl("delete", "clusterrole,clusterrolebinding", ...names);
  await kubectl(
    "delete",
    "--namespace=default",
    "role,rolebinding",
    ...names.filter((name) => name.includes("deploy")),
  );
  await kubectl("delete", "namespace", namespace, "--wait=false");
  await rm(folder, { recursive: true });
});

async function sceneOf(account: Access["accounts"][number] | undefined) {
  if (account === undefined) throw new Error("there is no such account");
  const token = await tokenOf(sandbox.kubeconfig, account);
  const path = await writeKubeconfig(join(folder, randomUUID()), sandbox, token);
  return openScene({ kind: "kubeconfig", path }, namespace);
}

/** Takes one verb away from the deployer, and says when the API server knows. */
async function withoutVerb<T>(verb: string, resource: string, work: () => Promise<T>): Promise<T> {
  const role = access.roles.find(({ kind, metadata }) => kind === "Role" && metadata.namespace === namespace)!;
  const rules = role.rules.flatMap((rule) => [
    { ...rule, resources: rule.resources.filter((name) => name !== resource) },
    ...(rule.resources.includes(resource)
      ? [{ ...rule, resources: [resource], verbs: rule.verbs.filter((name) => name !== verb) }]
      : []),
  ]);
  const may = async () => {
    const [{ metadata }] = [access.accounts[0]!];
    const who = `--as=system:serviceaccount:${metadata.namespace}:${metadata.name}`;
    return (await kubectl("auth", "can-i", verb, resource, `--namespace=${namespace}`, who).catch(() => "no")).trim();
  };
  const set = async (wanted: typeof role, expected: string) => {
    await applyAccess(sandbox.kubeconfig, { accounts: [], roles: [wanted], bindings: [] });
    await waitFor(`${verb} ${resource}: ${expected}`, async () => (await may()) === expected);
  };
  await set({ ...role, rules: rules.filter(({ resources }) => resources.length > 0) }, "no");
  try {
    return await work();
  } finally {
    await set(role, "yes");
  }
}

/** Not healthy yet at the first look, so that there is something to watch. */
function slow(workload: Manifest): Manifest {
  return { ...workload, spec: { ...(workload["spec"] as object), minReadySeconds: 5 } };
}

/** Without the verb a sync fails, and its message says which one is missing, in one line. */
async function expectRefusal(verb: string, resource: string, next: () => readonly Manifest[]): Promise<void> {
  const scene = await sceneOf(access.accounts[0]);
  const before = await deployed(scene.deploy([configMap("web"), secret]));
  const outcome = await withoutVerb(verb, resource, () =>
    scene.deploy(next(), before).then(
      ({ error, outputs }) => ({ message: String((error as Error | undefined)?.message), outputs }),
      (error: unknown) => ({ message: (error as Error).message, outputs: before }),
    ),
  );
  expect(outcome.message).toContain(`cannot ${verb} resource "${resource}"`);
  expect(outcome.message).not.toContain("\n");
  await remove(outcome.outputs, scene.report);
}

describe("an account that may do exactly what the rendered kinds need", () => {
  // First, because a watch that was permitted once is kept open for some seconds.
  it("fails cleanly without the verb watch on deployments, and names it", () =>
    expectRefusal("watch", "deployments", () => [configMap("web"), slow(deployment(namespace, 2))]));

  it("deploys, heals, prunes and deletes", async () => {
    const scene = await sceneOf(access.accounts[0]);
    const first = await deployed(scene.deploy(OBJECTS));
    expect(first).toMatchObject({ complete: true, health: "Healthy" });

    await kubectl(`--namespace=${namespace}`, "scale", "deployment/web", "--replicas=3");
    const drifted = await scene.look(first);
    expect(drifted.outputs.drift).toEqual([expect.stringContaining("spec.replicas: 3 => 1")]);
    const healed = await scene.up(OBJECTS, first);
    expect(healed.drift).toEqual([]);

    const pruned = await scene.up(
      OBJECTS.filter(({ metadata }) => metadata.name !== "old"),
      healed,
    );
    expect(pruned.inventory).not.toContain(`ConfigMap ${namespace}/old`);
    expect((await scene.look(pruned)).outputs.drift).toEqual([]);

    await remove(pruned, scene.report);
    expect(await kubectl(`--namespace=${namespace}`, "get", "deployments,secrets,configmaps", "--output=name")).toBe(
      "configmap/kube-root-ca.crt\n",
    );
  });

  it("finds what a killed run has left, in its namespaces", async () => {
    const scene = await sceneOf(access.accounts[0]);
    const first = await deployed(scene.deploy([configMap("web"), configMap("old")]));
    const forgetful = { ...first, inventory: [`ConfigMap ${namespace}/web`], complete: false };
    const { outputs } = await scene.deploy([configMap("web")], forgetful);
    expect(outputs.inventory).toEqual([`ConfigMap ${namespace}/web`]);
    expect(await scene.live("ConfigMap", "old")).toBeUndefined();
    await remove(outputs, scene.report);
  });

  it.each([
    ["create", "configmaps", () => [configMap("new")]],
    ["patch", "configmaps", () => [configMap("web", { color: "red" })]],
    ["list", "configmaps", () => [configMap("web", { color: "red" })]],
    ["delete", "configmaps", () => [secret]],
  ])("fails cleanly without the verb %s on %s, and names it", expectRefusal);
});

describe("an account that may only look", () => {
  it("sees drift and changes nothing", async () => {
    const deployer = await sceneOf(access.accounts[0]);
    const viewer = await sceneOf(access.accounts[1]);
    const first = await deployed(deployer.deploy(OBJECTS));
    await kubectl(`--namespace=${namespace}`, "scale", "deployment/web", "--replicas=3");
    const { outputs } = await viewer.look({ ...first, cluster: viewer.reference });
    expect(outputs.drift).toEqual([expect.stringContaining("spec.replicas: 3 => 1")]);
    await expect(
      viewer.client.apply(configMap("x"), { manager: "x", force: true, dryRun: false }),
    ).rejects.toMatchObject({ code: "Forbidden" });
    await remove(first, deployer.report);
  });
});

describe("the name of a kind's collection", () => {
  it("is the API server's own for every kind that can be applied", async () => {
    const { client } = await openScene();
    const kinds = (await client.discover()).all().filter(({ verbs }) => verbs.includes("patch"));
    expect(kinds.length).toBeGreaterThan(50);
    expect(kinds.filter(({ kind, plural }) => resourceNameOf(kind) !== plural)).toEqual([]);
  });
});
