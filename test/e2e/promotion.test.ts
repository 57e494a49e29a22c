import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { expectExit } from "../support/expect-exit.ts";
import { readDiff } from "../support/diff-text.ts";
import { imageIn, objectsIn, versions } from "../support/objects.ts";
import type { Stack, World } from "../support/world.ts";
import { createWorld, SERVICES } from "../support/world.ts";

const IMAGE = "spec.template.spec.containers[0].image";

describe("promotion of images", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["qa", "production"] });
    for (const stack of ["qa", "production"] as const) {
      expectExit(await world.up(stack, ["--skip-preview"]), 0);
    }
  });
  afterAll(() => world.close());

  /** One Application's image moves, and that is all that a preview shows. */
  async function expectPromotion(stack: Stack, from: string, to: string): Promise<void> {
    const output = expectExit(await world.preview(stack, ["--diff", "--expect-no-changes"]), 7);
    const image = world.imageOf("api-service", "");
    expect(readDiff(output, "api-service")).toEqual({
      [`images.${image.slice(0, -1)}`]: `"${from}" => "${to}"`,
      [`apps/Deployment ${world.nameOf(stack)}/api-service ${IMAGE}`]: `"${image}${from}" => "${image}${to}"`,
    });
    for (const other of ["scheduler-service", "worker-service"]) expect(readDiff(output, other)).toEqual({});
  }

  /** Each once, of the pods in production that are not being deleted. */
  async function imagesOfPods(selector: string): Promise<readonly string[]> {
    const list = await world.kubectl("production", ["get", "pods", `--selector=${selector}`, "--output=json"]);
    const { items } = JSON.parse(list) as {
      items: { metadata: { deletionTimestamp?: string }; spec: { containers: { image: string }[] } }[];
    };
    const alive = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    return [...new Set(alive.flatMap(({ spec }) => spec.containers.map(({ image }) => image)))];
  }

  async function expectNothingToDo(stack: Stack): Promise<void> {
    expectExit(await world.preview(stack, ["--diff", "--expect-no-changes"]), 0);
  }

  async function expectUp(stack: Stack): Promise<string> {
    const output = expectExit(await world.up(stack), 0);
    return output;
  }

  it.each(SERVICES)(
    "begins with the highest release of %s in production and the newest patch in QA",
    async (service) => {
      expect(await imageIn(world, "production", service)).toBe(world.imageOf(service, "v1.2.0"));
      expect(await imageIn(world, "qa", service)).toBe(world.imageOf(service, "qa-v1.0.9"));
    },
  );

  it("shows a new release as image: v1.2.0 => v1.3.0 in production, and nothing in QA", async () => {
    await world.images.push("api-service", ["v1.3.0"]);
    await expectPromotion("production", "v1.2.0", "v1.3.0");
    await expectNothingToDo("qa");
  });

  it("rolls the release out", async () => {
    await expectUp("production");
    expect(await imageIn(world, "production", "api-service")).toBe(world.imageOf("api-service", "v1.3.0"));
    expect(await imagesOfPods("app.kubernetes.io/name=api-service")).toEqual([world.imageOf("api-service", "v1.3.0")]);
    await expectNothingToDo("production");
  });

  it("changes nothing in production for tags that are no release", async () => {
    const before = versions(await objectsIn(world, "production"));
    await world.images.push("api-service", [
      "qa-v1.0.9",
      "latest",
      "dev-x",
      "v1.4.0-rc.1",
      "v9",
      "v2.0",
      "xv3.0.0",
      "v3.0.0x",
    ]);
    await expectNothingToDo("production");
    await expectUp("production");
    expect(versions(await objectsIn(world, "production"))).toEqual(before);
  });

  it("knows that qa-v1.0.10 is newer than qa-v1.0.9, and keeps to 1.0.x", async () => {
    await world.images.push("api-service", ["qa-v1.0.10", "qa-v1.1.0", "qa-v2.0.0"]);
    await expectPromotion("qa", "qa-v1.0.9", "qa-v1.0.10");
    await expectUp("qa");
    expect(await imageIn(world, "qa", "api-service")).toBe(world.imageOf("api-service", "qa-v1.0.10"));
    await expectNothingToDo("production");
  });

  it("does not go back when a tag is deleted, and says that the image is held", async () => {
    await world.images.remove("api-service", "v1.3.0");
    await expectNothingToDo("production");
    const before = versions(await objectsIn(world, "production"));
    const output = await expectUp("production");
    expect(output).toMatch(/api-service.* is held: /);
    expect(versions(await objectsIn(world, "production"))).toEqual(before);
    expect(await imageIn(world, "production", "api-service")).toBe(world.imageOf("api-service", "v1.3.0"));
  });

  it("goes back when a person pins the earlier version, and stays there", async () => {
    await world.configure("production", "gitops:overrides", { "api-service": { pins: { app: "v1.2.0" } } });
    await expectPromotion("production", "v1.3.0", "v1.2.0");
    await expectUp("production");
    await world.images.push("api-service", ["v1.5.0"]);
    await expectNothingToDo("production");
    await world.configure("production", "gitops:overrides", undefined);
    await expectPromotion("production", "v1.2.0", "v1.5.0");
  });
});
