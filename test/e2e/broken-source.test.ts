import { rename } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { readDiff } from "../support/diff-text.ts";
import type { LiveObject } from "../support/objects.ts";
import { imageIn, objectsIn, versions } from "../support/objects.ts";
import { substitute } from "../support/repository.ts";
import type { World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

interface Breakage {
  /** A preview asks nothing of the API server but reads, so it cannot know what a dry-run would find. */
  readonly onlyTheClusterKnows?: true;
  readonly what: string;
  /** @returns how to mend it */
  readonly breakIt: (world: World) => Promise<() => Promise<void>>;
  readonly cause: (world: World) => RegExp;
}

const NO_BRANCH: Breakage = {
  what: "its branch is gone",
  breakIt: async (world) => {
    await world.configure("qa", "gitops:overrides", { "worker-service": { targetRevision: "no-such-branch" } });
    return () => world.configure("qa", "gitops:overrides", undefined);
  },
  cause: () => /no-such-branch/,
};

const BREAKAGES: readonly Breakage[] = [
  {
    what: "its repository is gone",
    breakIt: async ({ sandbox, organisation }) => {
      const path = join(sandbox.repositories, organisation, "worker-service.git");
      await rename(path, `${path}.away`);
      return () => rename(`${path}.away`, path);
    },
    cause: ({ organisation }) => new RegExp(`https://github.com/${organisation}/worker-service.git`),
  },
  NO_BRANCH,
  {
    what: "it does not render",
    breakIt: async (world) => {
      const repository = world.repository("worker-service");
      const good = await repository.commitOf("develop");
      await repository.push("develop", { "k8s/kustomization.yaml": "resources: [missing.yaml]\n" });
      return () => repository.reset("develop", good);
    },
    cause: () => /missing\.yaml/,
  },
  {
    what: "its Application file has a mistake",
    breakIt: async (world) => {
      const good = await world.readApplication("worker-service");
      await world.writeApplication("worker-service", good.replace("targetRevision: HEAD", "targetRevision: [HEAD]"));
      return () => world.writeApplication("worker-service", good);
    },
    cause: () => /worker-service\.yaml:\d+: spec\.source\.targetRevision: expected a text/,
  },
  {
    onlyTheClusterKnows: true,
    what: "the API server refuses what Git states",
    breakIt: async (world) => {
      const repository = world.repository("worker-service");
      const good = await repository.commitOf("develop");
      await repository.push("develop", {
        "k8s/deployment.yaml": substitute("replicas: 3", "replicas: 3\n  replicaz: 4"),
      });
      return () => repository.reset("develop", good);
    },
    cause: (world) => new RegExp(`Deployment ${world.nameOf("qa")}/worker-service.*replicaz`, "s"),
  },
];

describe("a service whose source is broken", () => {
  let world: World;
  let patch = 9;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });
  afterAll(() => world.close());

  /** Whatever comes of the work, the next test finds all in order. */
  async function whileBroken(breakage: Breakage, work: () => Promise<void>): Promise<void> {
    const mend = await breakage.breakIt(world);
    try {
      await work();
    } finally {
      await mend();
    }
  }

  it.each(BREAKAGES)("is held as it runs when $what, and the others are updated", async (breakage) => {
    const tag = `qa-v1.0.${++patch}`;
    for (const service of SERVICES) await world.images.push(service, [tag]);
    const before = objectsOf("worker-service", await objectsIn(world, "qa"));
    await whileBroken(breakage, async () => {
      if (!breakage.onlyTheClusterKnows) {
        const output = expectExit(await world.preview("qa", ["--diff"]), 1);
        expect(output).toMatch(breakage.cause(world));
        expect(readDiff(output, "worker-service")).toEqual({});
      }
      const output = expectExit(await world.up("qa", ["--skip-preview"]), 1);
      expect(output).toContain("worker-service");
      expect(output).toMatch(breakage.cause(world));
      expect(objectsOf("worker-service", await objectsIn(world, "qa"))).toEqual(before);
      for (const service of ["api-service", "scheduler-service"] as const)
        expect(await imageIn(world, "qa", service)).toBe(world.imageOf(service, tag));
    });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await imageIn(world, "qa", "worker-service")).toBe(world.imageOf("worker-service", tag));
  });

  it("keeps the run from deleting anything, even an Application that was removed at the same time", async () => {
    const text = await world.readApplication("scheduler-service");
    const before = objectsOf("scheduler-service", await objectsIn(world, "qa"));
    expect(Object.keys(before).length).toBeGreaterThan(0);
    await whileBroken(NO_BRANCH, async () => {
      await world.writeApplication("scheduler-service", undefined);
      expectExit(await world.up("qa", ["--skip-preview"]), 1);
      await world.writeApplication("scheduler-service", text);
    });
    expect(objectsOf("scheduler-service", await objectsIn(world, "qa"))).toEqual(before);
    expect(Object.keys(await world.syncs("qa")).toSorted()).toEqual(SERVICES);
  });

  it("is not deployed when it is new, and says so", async () => {
    const text = await world.readApplication("api-service");
    await world.writeApplication("new-service", text.replaceAll("api-service", "new-service"));
    const output = expectExit(await world.up("qa", ["--skip-preview"]), 1);
    await world.writeApplication("new-service", undefined);
    expect(output).toMatch(/new-service: .*new-service\.git.*; .*new-service: .* has no such repository/);
    expect(Object.keys(await world.syncs("qa"))).not.toContain("new-service");
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });

  it("shows the drift of the others in a preview, but none of its own", async () => {
    for (const service of ["scheduler-service", "worker-service"])
      await world.kubectl("qa", ["scale", `deployment/${service}`, "--replicas=7"]);
    await whileBroken(NO_BRANCH, async () => {
      const output = expectExit(await world.preview("qa", ["--diff"]), 1);
      expect(readDiff(output, "scheduler-service")).toEqual({
        [`apps/Deployment ${world.nameOf("qa")}/scheduler-service spec.replicas`]: "7 => 1",
      });
      expect(readDiff(output, "worker-service")).toEqual({});
    });
  });
});

function objectsOf(service: string, objects: Readonly<Record<string, LiveObject>>): Readonly<Record<string, string>> {
  return versions(Object.fromEntries(Object.entries(objects).filter(([name]) => name.endsWith(` ${service}`))));
}
