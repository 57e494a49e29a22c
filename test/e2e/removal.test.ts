import { copyFile, mkdir, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import type { LiveObject } from "../support/objects.ts";
import { objectsIn, versions } from "../support/objects.ts";
import type { World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

const FINALIZERS = /\s+finalizers:\n\s+- resources-finalizer.argocd.argoproj.io/;

describe("an Application that leaves the infra repository", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa"] });
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });
  afterAll(() => world.close());

  async function namesOf(service: string): Promise<readonly string[]> {
    return Object.keys(await objectsIn(world, "qa")).filter((name) => name.endsWith(` ${service}`));
  }

  /** Neither preview nor up may end well, and the cluster stays as it is to the last version. */
  async function expectRefusal(says: RegExp): Promise<void> {
    const before = versions(await objectsIn(world, "qa"));
    const syncs = Object.keys(await world.syncs("qa")).toSorted();
    for (const run of [await world.preview("qa"), await world.up("qa", ["--skip-preview"])]) {
      expectExit(run, 1);
      expect(run.output).toMatch(says);
    }
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
    expect(Object.keys(await world.syncs("qa")).toSorted()).toEqual(syncs);
  }

  it("is deleted with its objects when it carries Argo CD's finalizer, and a preview says so", async () => {
    const text = await world.readApplication("worker-service");
    expect(text).toMatch(FINALIZERS);
    await world.writeApplication("worker-service", undefined);
    const preview = await world.previewJson("qa");
    expect(preview.steps.filter(({ op }) => op === "delete").map(({ urn }) => urn.replace(/.*::/, ""))).toEqual([
      `${world.nameOf("qa")}-worker-service`,
      `${world.nameOf("qa")}-worker-service`,
    ]);
    const others = versions(withoutWorker(await objectsIn(world, "qa")));
    expectExit(await world.up("qa"), 0);
    expect(versions(await objectsIn(world, "qa"))).toEqual(others);
    expect(Object.keys(await world.syncs("qa")).toSorted()).toEqual(["api-service", "scheduler-service"]);
    await world.writeApplication("worker-service", text);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(await namesOf("worker-service")).toHaveLength(3);
  });

  it.each([
    {
      what: "is emptied",
      change: async (folder: string) => Promise.all(SERVICES.map((name) => rm(join(folder, `${name}.yaml`)))),
    },
    { what: "is gone", change: (folder: string) => rm(folder, { recursive: true }) },
    {
      what: "has lost two of three",
      change: async (folder: string) => {
        for (const name of ["api-service", "worker-service"]) await rm(join(folder, `${name}.yaml`));
      },
    },
  ])("is not believed when the folder $what", async ({ change }) => {
    const texts = await Promise.all(SERVICES.map(async (name) => [name, await world.readApplication(name)] as const));
    const folder = join(world.folder, "infra", "applications");
    await change(folder);
    await expectRefusal(/allowRemoval|no Application/);
    await mkdir(folder, { recursive: true });
    for (const [name, text] of texts) await world.writeApplication(name, text);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("is not believed when the folder's name is mistyped in the configuration", async () => {
    await world.configure("qa", "gitops:applications", "infra/aplications");
    await expectRefusal(/infra\/aplications/);
    await world.configure("qa", "gitops:applications", undefined);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("is believed when the configuration names it, even when many go", async () => {
    const texts = await Promise.all(SERVICES.map(async (name) => [name, await world.readApplication(name)] as const));
    await world.configure("qa", "gitops:allowRemoval", ["api-service", "worker-service"]);
    for (const name of ["api-service", "worker-service"]) await world.writeApplication(name, undefined);
    expectExit(await world.up("qa"), 0);
    expect(Object.keys(await objectsIn(world, "qa")).toSorted()).toEqual(
      ["ConfigMap", "Deployment", "Service"].map((kind) => `${kind} scheduler-service`),
    );
    await world.configure("qa", "gitops:allowRemoval", undefined);
    for (const [name, text] of texts) await world.writeApplication(name, text);
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
  });

  /** The same objects as before, by uid, known to the state under names that all hold `mark`. */
  async function expectKept(before: Readonly<Record<string, LiveObject>>, mark: string): Promise<void> {
    const after = await objectsIn(world, "qa");
    const uids = (objects: typeof before) =>
      Object.entries(objects).map(([name, { metadata }]) => [name, metadata.uid]);
    expect(uids(after)).toEqual(uids(before));
    const urns = Object.values(await world.syncs("qa")).map(({ urn }) => urn);
    expect(urns).toHaveLength(3);
    for (const urn of urns) expect(urn).toContain(mark);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  }

  it("loses nothing when its component is renamed in the program", async () => {
    const before = await objectsIn(world, "qa");
    await renameComponents(world);
    expectExit(await world.up("qa"), 0);
    await expectKept(before, "::renamed-");
  });

  it("is not believed when the whole environment gets another name", async () => {
    await world.configure("qa", "gitops:environment", "renamed");
    await expectRefusal(/this stack deployed environment .* and is now told to be renamed/);
    const before = versions(await objectsIn(world, "qa"));
    await world.configure("qa", "gitops:environment", world.nameOf("qa"));
    // The refused run has left empty components in the state.
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
    expectExit(await world.preview("qa", ["--expect-no-changes"]), 0);
  });

  it("leaves its objects when it has no finalizer, and says so", async () => {
    const text = await world.readApplication("worker-service");
    await world.writeApplication("worker-service", text.replace(FINALIZERS, ""));
    expectExit(await world.up("qa", ["--skip-preview"]), 0);
    const before = versions(await objectsIn(world, "qa"));
    await world.writeApplication("worker-service", undefined);
    const output = expectExit(await world.up("qa"), 0);
    expect(output).toMatch(/worker-service.* no resources finalizer: its 3 objects stay in the cluster/);
    expect(versions(await objectsIn(world, "qa"))).toEqual(before);
    expect(Object.keys(await world.syncs("qa")).toSorted()).toEqual(["api-service", "scheduler-service"]);
  });
});

function withoutWorker<T>(objects: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(objects).filter(([name]) => !name.endsWith(" worker-service")));
}

/** A copy of the component classes in which every Application's resources have another name, and so another URN. */
async function renameComponents({ folder }: World): Promise<void> {
  for (const name of ["components", "stacks"]) await copyLink(join(folder, name));
  const file = join(folder, "components", "environment.ts");
  const text = await readFile(file, "utf8");
  const renamed = text.replace("new Application(`", "new Application(`renamed-");
  if (renamed === text) throw new Error(`expected to find an Application in:\n${text}`);
  await writeFile(file, renamed);
}

/** Files are copied, folders linked: a module finds its neighbours by where it really lies. */
async function copyLink(link: string): Promise<void> {
  const original = await realpath(link);
  await rm(link);
  await mkdir(link);
  for (const entry of await readdir(original, { withFileTypes: true })) {
    const [from, to] = [join(original, entry.name), join(link, entry.name)];
    await (entry.isDirectory() ? symlink(from, to) : copyFile(from, to));
  }
}
