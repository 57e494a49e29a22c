import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { readDiff } from "../support/diff-text.ts";
import type { LiveObject } from "../support/objects.ts";
import { objectIn, objectsIn, versions } from "../support/objects.ts";
import { substitute } from "../support/repository.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const KUSTOMIZATION = "k8s/kustomization.yaml";

describe("prune", () => {
  let world: World;
  let foreign: Readonly<Record<string, string>>;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    foreign = await makeForeignObjects(world);
  });
  afterAll(() => world.close());

  async function expectForeignUntouched(): Promise<void> {
    expect(versions(await objectsIn(world, "qa"))).toMatchObject(foreign);
  }

  it("takes no object that is not ours for one that is", async () => {
    expectExit(await world.preview("qa", ["--expect-no-changes", "--diff"]), 0);
  });

  it("shows an object that was deleted in Git as -", async () => {
    const repository = world.repository("api-service");
    await repository.push("develop", {
      [KUSTOMIZATION]: substitute("  - service.yaml\n", ""),
      "k8s/service.yaml": undefined,
    });
    const output = expectExit(await world.preview("qa", ["--expect-no-changes", "--diff"]), 7);
    const { revision, ...objects } = readDiff(output, "api-service");
    expect(revision).toMatch(/^"[0-9a-f]{40}" => "[0-9a-f]{40}"$/);
    expect(objects).toEqual({ [`Service ${world.nameOf("qa")}/api-service`]: expect.stringMatching(/^- /) });
    expect(readDiff(output, "scheduler-service")).toEqual({});
    expect(readDiff(output, "worker-service")).toEqual({});
    await objectIn(world, "qa", "service", "api-service");
  });

  it("deletes it, and nothing else", async () => {
    const before = versions(await objectsIn(world, "qa"));
    expectExit(await world.up("qa"), 0);
    const { "Service api-service": pruned, ...others } = before;
    expect(pruned).toBeDefined();
    expect(Object.keys(await objectsIn(world, "qa")).toSorted()).toEqual(Object.keys(others).toSorted());
    await expectForeignUntouched();
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it.each([
    {
      what: "renders no object at all",
      changes: { [KUSTOMIZATION]: "resources: []\n" },
      cause: /api-service: .*renders no object/,
    },
    {
      what: "names a file that is missing",
      changes: { [KUSTOMIZATION]: "resources: [deployment.yaml, missing.yaml]\n" },
      cause: /api-service.*missing\.yaml/s,
    },
    {
      what: "is no YAML any more",
      changes: { "k8s/deployment.yaml": "kind: Deployment\n  metadata: {name: [\n" },
      cause: /api-service.*deployment\.yaml/s,
    },
    {
      what: "has lost its folder",
      changes: Object.fromEntries(
        ["kustomization", "deployment", "configmap", "hpa"].map((name) => [`k8s/${name}.yaml`, undefined]),
      ),
      cause: /api-service.*k8s/s,
    },
  ])("prunes nothing when Git $what, and says why", async ({ changes, cause }) => {
    const repository = world.repository("api-service");
    const good = await repository.commitOf("develop");
    await repository.push("develop", changes);
    const before = versions(await objectsIn(world, "qa"));
    for (const run of [await world.preview("qa"), await world.up("qa", ["--skip-preview"])]) {
      expectExit(run, 1);
      expect(run.output).toMatch(cause);
    }
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
    await repository.reset("develop", good);
  });

  it("goes on as before when Git is good again", async () => {
    const output = expectExit(await world.up("qa"), 0);
    expect(output).toMatch(/\d+ unchanged/);
  });

  it("lists an object instead of deleting it when prune is off", async () => {
    const application = await world.readApplication("scheduler-service");
    await world.writeApplication("scheduler-service", application.replace("prune: true", "prune: false"));
    const kustomization = world.repository("scheduler-service");
    await kustomization.push("develop", { [KUSTOMIZATION]: substitute("  - service.yaml\n", "") });
    const output = expectExit(await world.up("qa"), 0);
    expect(output).toContain(`Service ${world.nameOf("qa")}/scheduler-service: is not in Git; prune is off`);
    await objectIn(world, "qa", "service", "scheduler-service");
  });

  it("has touched no object that is not ours in all of this", expectForeignUntouched);
});

/** Objects of other people, some of which look like ours at first sight. @returns their versions */
async function makeForeignObjects(world: World): Promise<Readonly<Record<string, string>>> {
  const service = await objectIn(world, "qa", "service", "worker-service");
  const { labels = {}, annotations = {} } = service.metadata;
  const makers = [
    configMap("by-hand", {}),
    configMap("with-our-label", { labels }),
    configMap("copied-with-our-marks", { labels, annotations }),
  ];
  for (const object of makers) await world.kubectl("qa", ["create", "--filename=-"], { input: JSON.stringify(object) });
  const all = await objectsIn(world, "qa");
  const names = new Set(makers.map(({ metadata }) => `ConfigMap ${metadata.name}`));
  return versions(Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name))));
}

function configMap(name: string, metadata: Pick<LiveObject["metadata"], "labels" | "annotations">) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data: { owner: "somebody else" } };
}
