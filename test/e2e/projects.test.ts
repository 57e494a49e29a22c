import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { stringify } from "yaml";

import { expectExit } from "../support/expect-exit.ts";
import { objectsIn, versions } from "../support/objects.ts";
import { substitute } from "../support/repository.ts";
import { HAS_GPG, useSigning } from "../support/signing.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

/** Always active. */
const FREEZE = { kind: "deny", schedule: "* * * * *", duration: "1h", applications: ["*"], manualSync: true };

const ROLE = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: escape }
rules: []
`;

const signing = useSigning();

describe("a project", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({
      stacks: ["qa"],
      services: ["api-service", "worker-service"],
      application: (text) => text.replace("project: default", "project: team"),
    });
  });
  afterAll(() => world.close());

  it("that nobody declared holds its Applications", async () => {
    const preview = await world.preview("qa");
    expectExit(preview, 1);
    expect(preview.output).toContain("api-service: spec.project: there is no project team");
  });

  it("permits what it names", async () => {
    await declare({});
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("that names keys holds what none of them signed, and what the stack has no key for", async () => {
    await declare({ signatureKeys: [{ keyID: "4AEE18F83AFDEB23" }] });
    const missing = await world.preview("qa");
    expectExit(missing, 1);
    for (const name of ["api-service", "worker-service"])
      expect(missing.output).toMatch(new RegExp(`${name}: project team asks .* names no gpgKeys: 4AEE18F83AFDEB23`));
    if (HAS_GPG) {
      const { gpgKeys, fingerprint } = signing.gpgSigner();
      await declare({ signatureKeys: [{ keyID: fingerprint.slice(-16) }] });
      await world.configure("qa", "gitops:signatures", [{ repositories: ["https://github.com/another/*"], gpgKeys }]);
      const unsigned = await world.preview("qa");
      expectExit(unsigned, 1);
      expect(unsigned.output).toMatch(/api-service: project team does not let .*: commit \w{7}: it is not signed/);
    }
    await declare({});
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("holds an Application that leaves it, names every object, and lets the others go on", async () => {
    const worker = world.repository("worker-service");
    await worker.push("develop", { "k8s/deployment.yaml": substitute('value: "4"', 'value: "8"') });
    const api = world.repository("api-service");
    const outside = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: escape, namespace: default }\n";
    await api.push("develop", {
      "k8s/role.yaml": ROLE,
      "k8s/outside.yaml": outside,
      "k8s/kustomization.yaml": substitute("resources:", "resources:\n  - role.yaml\n  - outside.yaml"),
    });
    const before = versions(await objectsIn(world, "qa"));
    const preview = await world.preview("qa");
    expectExit(preview, 1);
    for (const refusal of [
      "rbac.authorization.k8s.io/ClusterRole escape: project team does not permit rbac.authorization.k8s.io/ClusterRole, which is cluster-scoped",
      "ConfigMap default/escape: project team does not permit the namespace default of in-cluster",
    ])
      expect(preview.output).toContain(refusal);
    const audit = await world.followAudit();
    expectExit(await world.up("qa", ["--skip-preview"]), 1);
    const { writes } = await audit();
    expect(writes.filter((write) => write.includes("escape"))).toEqual([]);
    const after = versions(await objectsIn(world, "qa"));
    expect(after["Deployment api-service"]).toBe(before["Deployment api-service"]);
    expect(after["Deployment worker-service"]).not.toBe(before["Deployment worker-service"]);
    await api.push("develop", {
      "k8s/kustomization.yaml": substitute("resources:\n  - role.yaml\n  - outside.yaml", "resources:"),
    });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });

  it("with a closed sync window shows what waits and writes nothing, until it opens or a person asks", async () => {
    await declare({ syncWindows: [FREEZE] });
    await world
      .repository("worker-service")
      .push("develop", { "k8s/deployment.yaml": substitute('value: "8"', 'value: "16"') });
    const before = versions(await objectsIn(world, "qa"));
    for (let run = 0; run < 2; run++) {
      const preview = await world.preview("qa", ["--expect-no-changes", "--diff"]);
      expectExit(preview, 7);
      expect(preview.output).toContain('"8" => "16"');
      expect(preview.output).toContain("its sync window is closed: a deny window is active");
      const up = await world.up("qa", ["--skip-preview"]);
      expectExit(up, 0);
      expect(up.output).toContain("or for a person with PULUMI_GITOPS_MANUAL_SYNC=true");
      expect(versions(await objectsIn(world, "qa"))).toEqual(before);
    }
    const statuses = await world.statuses("qa");
    expect(statuses["worker-service"]).toMatchObject({ sync: "OutOfSync" });
    expect(statuses["api-service"]).toMatchObject({ sync: "Synced", conditions: [] });

    await world.writeApplication("api-service", undefined);
    await world.configure("qa", "gitops:allowRemoval", ["api-service"]);
    const removal = await world.up("qa", ["--skip-preview"]);
    expectExit(removal, 1);
    expect(removal.output).toMatch(/api-service is gone from Git, but nothing of it was deleted: its sync window/);
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);

    const env = { ...world.env, PULUMI_GITOPS_MANUAL_SYNC: "true" };
    expectExit(await world.up("qa", ["--skip-preview"], { env }), 0);
    const objects = await objectsIn(world, "qa");
    expect(objects["Deployment api-service"]).toBeUndefined();
    expect(JSON.stringify(objects["Deployment worker-service"])).toContain('"value":"16"');
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  async function declare(spec: object): Promise<void> {
    const folder = join(world.folder, "infra", "projects");
    await mkdir(folder, { recursive: true });
    const permits = {
      sourceRepos: [`https://github.com/${world.organisation}/*`],
      destinations: [{ name: "in-cluster", namespace: world.nameOf("qa") }],
    };
    const project = { apiVersion: "argoproj.io/v1alpha1", kind: "AppProject", metadata: { name: "team" } };
    await writeFile(join(folder, "team.yaml"), stringify({ ...project, spec: { ...permits, ...spec } }));
  }
});
