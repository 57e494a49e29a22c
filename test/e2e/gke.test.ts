import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { parse } from "yaml";

import { run } from "../support/command.ts";
import { expectExit } from "../support/expect-exit.ts";
import { googleEnvironment } from "../support/google.ts";
import { deploymentIn, imageIn, objectIn, objectsIn, versions } from "../support/objects.ts";
import { stepsOf } from "../support/pulumi.ts";
import type { World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

// The committed stack that makes its own GKE cluster, unchanged; Google Cloud is a stand-in, its control plane the sandbox's API server.

const COMMITTED = parse(readFileSync(join(import.meta.dirname, "..", "..", "Pulumi.gke.yaml"), "utf8")) as {
  readonly config: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
};

describe("production on a GKE cluster of its own", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["gke"] });
    Object.assign(world.env, googleEnvironment(world));
    // Names that no other world has; the settings themselves are the committed ones.
    const namespace = world.nameOf("gke");
    await world.configure("gke", "gitops:access", { create: true, namespace });
    await world.configure("gke", "gitops:namespaces", {
      [namespace]: COMMITTED.config["gitops:namespaces"]?.["production"],
    });
  });
  afterAll(() => world.close());

  async function cloud(): Promise<readonly string[]> {
    const files = await readdir(join(world.folder, "cloud")).catch(() => []);
    const read = async (file: string) =>
      JSON.parse(await readFile(join(world.folder, "cloud", file), "utf8")) as { id: string };
    return (await Promise.all(files.map(read))).map(({ id }) => id).toSorted();
  }

  it("is previewed before there is a cluster: everything is to be created and nobody is asked", async () => {
    const audit = await world.followAudit();
    const preview = await world.previewJson("gke");
    expect(await audit()).toMatchObject({ reads: [], writes: [] });
    expect(preview.changeSummary).toEqual({ create: preview.steps.length });
    for (const service of SERVICES) {
      const [step] = stepsOf(preview, service);
      expect(step).toMatchObject({ op: "create" });
      expect(step?.newState?.inputs?.["cluster"]).toMatchObject({ kind: "gke", name: "production" });
      expect(Object.keys(step?.newState?.inputs?.["manifests"] ?? {})).not.toEqual([]);
    }
    expect(await cloud()).toEqual([]);
  });

  it("is made by one `pulumi up`, cluster first", async () => {
    expectExit(await world.up("gke", ["--skip-preview"]), 0);
    expect(await cloud()).toContain("projects/my-project/Cluster/production");
    for (const service of SERVICES) expect(await imageIn(world, "gke", service)).toBe(world.imageOf(service, "v1.2.0"));
    const { "api-service": sync } = await world.syncs("gke");
    expect(sync?.inputs?.["cluster"]).toEqual({
      ...{ kind: "gke", project: "my-project", location: "europe-west1", name: "production" },
      endpoint: world.sandbox.server.host,
    });
    expect(JSON.stringify(await world.exported("gke"))).not.toContain(world.account.token);
  });

  it("has its namespace held to a standard, and accounts that may do what is needed and no more", async () => {
    const { metadata } = await objectIn(world, "gke", "namespace", world.nameOf("gke"));
    expect(metadata.labels).toMatchObject({ "pod-security.kubernetes.io/enforce": "baseline" });
    const names = await world.kubectl("gke", ["get", "resourcequota,networkpolicy", "--output=name"]);
    expect(names.trim().split("\n").toSorted()).toEqual([
      "networkpolicy.networking.k8s.io/allow-same-namespace",
      "networkpolicy.networking.k8s.io/default-deny",
      "resourcequota/quota",
    ]);
    const account = /\S+-deployer$/m.exec(await world.kubectl("gke", ["get", "serviceaccount", "--output=name"]))?.[0];
    const who = `--as=system:serviceaccount:${world.nameOf("gke")}:${account?.replace("serviceaccount/", "") ?? ""}`;
    const may = (...args: readonly string[]) =>
      run("kubectl", [`--kubeconfig=${world.sandbox.kubeconfig}`, "auth", "can-i", ...args, who]);
    const inside = `--namespace=${world.nameOf("gke")}`;
    expect((await may("patch", "deployments", inside)).stdout).toBe("yes\n");
    expect((await may("patch", "deployments", "--namespace=kube-system")).stdout).toBe("no\n");
    expect((await may("create", "rolebindings", inside)).stdout).toBe("no\n");
  });

  it("is clean afterwards", async () => {
    expectExit(await world.preview("gke", ["--expect-no-changes"]), 0);
  });

  it("shows what a person changed, and takes it back", async () => {
    await world.kubectl("gke", ["scale", "deployment/worker-service", "--replicas=7"]);
    const preview = await world.preview("gke", ["--expect-no-changes", "--diff"]);
    expectExit(preview, 7);
    expect(preview.output).toContain("spec.replicas: 7 => 3");
    expectExit(await world.up("gke", ["--skip-preview"]), 0);
    expect((await deploymentIn(world, "gke", "worker-service")).spec.replicas).toBe(3);
  });

  it("promotes a release", async () => {
    await world.images.push("api-service", ["v1.3.0"]);
    expectExit(await world.preview("gke", ["--expect-no-changes"]), 7);
    expectExit(await world.up("gke", ["--skip-preview"]), 0);
    expect(await imageIn(world, "gke", "api-service")).toBe(world.imageOf("api-service", "v1.3.0"));
  });

  it("is not destroyed while it is protected", async () => {
    const before = [versions(await objectsIn(world, "gke")), await cloud()];
    const destroy = await world.pulumi(["destroy", "--stack=gke", "--yes"]);
    expect(destroy.code).not.toBe(0);
    expect(destroy.output).toContain("protect");
    expect([versions(await objectsIn(world, "gke")), await cloud()]).toEqual(before);
  });

  it("is destroyed once it is given up, objects first", async () => {
    await world.configure("gke", "gitops:protect", "false");
    expectExit(await world.up("gke", ["--skip-preview"]), 0);
    expectExit(await world.pulumi(["destroy", "--stack=gke", "--yes", "--skip-preview"]), 0);
    expect(await objectsIn(world, "gke")).toEqual({});
    expect(await cloud()).toEqual([]);
  });
});
