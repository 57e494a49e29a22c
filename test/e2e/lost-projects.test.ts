import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { stringify } from "yaml";

import { expectExit } from "../support/expect-exit.ts";
import { objectsIn, versions } from "../support/objects.ts";
import { substitute } from "../support/repository.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const ROLE = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: escape }
rules: []
`;
const LOST =
  /api-service: project default was declared when this stack was last deployed, .*allowRemoval: project\/default/;

describe("the project default, once it was declared", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"], services: ["api-service"] });
    await declare("default");
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    // What nobody may deploy, once there is no file that says so.
    await world.repository("api-service").push("develop", {
      "k8s/role.yaml": ROLE,
      "k8s/kustomization.yaml": substitute("resources:", "resources:\n  - role.yaml"),
    });
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 1);
    expect(output).toContain("ClusterRole escape: project default does not permit");
  });
  afterAll(() => world.close());

  function folder(): string {
    return join(world.folder, "infra", "projects");
  }

  async function declare(name: string): Promise<void> {
    await mkdir(folder(), { recursive: true });
    const spec = {
      sourceRepos: [`https://github.com/${world.organisation}/*`],
      destinations: [{ name: "in-cluster", namespace: world.nameOf("qa") }],
    };
    const project = { apiVersion: "argoproj.io/v1alpha1", kind: "AppProject", metadata: { name } };
    await writeFile(join(folder(), `${name}.yaml`), stringify({ ...project, spec }));
  }

  it.each<[what: string, lose: () => Promise<void>]>([
    ["its file is lost", () => rm(join(folder(), "default.yaml"))],
    ["its file is lost and another project is there", () => declare("payments")],
    ["the whole folder is lost", () => rm(folder(), { recursive: true })],
  ])("permits no more than before when %s, however often one tries", async (_, lose) => {
    await lose();
    const before = versions(await objectsIn(world, "qa"));
    const audit = await world.followAudit();
    for (let run = 0; run < 2; run++) {
      for (const tried of [await world.preview("qa"), await world.up("qa", ["--skip-preview"])])
        expect(expectExit(tried, 1)).toMatch(LOST);
    }
    expect((await audit()).writes).toEqual([]);
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
  });

  it("is not given up by a stack that gives up something else", async () => {
    await world.configure("qa", "gitops:allowRemoval", ["default"]);
    expect(expectExit(await world.up("qa", ["--skip-preview"]), 1)).toMatch(LOST);
  });

  it("restricts again when its file is back", async () => {
    await declare("default");
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 1);
    expect(output).toContain("ClusterRole escape: project default does not permit");
  });

  it("permits everything when the stack gives it up by its name", async () => {
    await rm(folder(), { recursive: true });
    await world.repository("api-service").push("develop", {
      "k8s/kustomization.yaml": substitute("resources:\n  - role.yaml", "resources:"),
    });
    await world.configure("qa", "gitops:allowRemoval", ["project/default"]);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    await world.configure("qa", "gitops:allowRemoval", undefined);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });
});
