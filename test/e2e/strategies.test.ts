import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { readDiff } from "../support/diff-text.ts";
import type { Builder } from "../support/builds.ts";
import { createBuilder } from "../support/builds.ts";
import { expectExit } from "../support/expect-exit.ts";
import { imageIn } from "../support/objects.ts";
import type { World } from "../support/world.ts";
import { createWorld } from "../support/world.ts";

const SERVICE = "api-service";
const ALLOW_TAGS = "regexp:^dev-";

describe("update strategies beside semver", () => {
  let world: World;
  let builder: Builder;

  beforeAll(async () => {
    world = await createWorld({ stacks: ["production"], services: [SERVICE] });
    builder = createBuilder(world.sandbox, `${world.organisation}/${SERVICE}`);
  });
  afterAll(() => world.close());

  const on = (day: number) => ({ created: `2024-01-0${day}T10:00:00Z` });

  async function up(): Promise<string> {
    return expectExit(await world.up("production", ["--skip-preview"]), 0);
  }

  async function expectNothingToDo(): Promise<void> {
    expectExit(await world.preview("production", ["--diff", "--expect-no-changes"]), 0);
  }

  /** The image in the cluster, without its name. */
  async function running(): Promise<string> {
    return (await imageIn(world, "production", SERVICE))!.slice(world.imageOf(SERVICE, "").length);
  }

  it("newest-build runs the build made last", async () => {
    await builder.push("dev-b", on(1));
    await builder.push("dev-a", on(2));
    await world.configure("production", "gitops:images", { strategy: "newest-build", allowTags: ALLOW_TAGS });
    await up();
    expect(await running()).toBe("dev-a");
    await expectNothingToDo();
  });

  it("newest-build does not go back when the newest build is deleted, and says that it is held", async () => {
    await world.images.remove(SERVICE, "dev-a");
    await expectNothingToDo();
    const output = await up();
    expect(output).toMatch(/dev-b was built before the running dev-a \(2024-01-01T10:00:00Z, 2024-01-02T10:00:00Z\)/);
    expect(await running()).toBe("dev-a");
  });

  it("newest-build goes on with the next build, and shows it in the preview", async () => {
    await builder.push("dev-0", on(3));
    const { output } = await world.preview("production", ["--diff"]);
    const image = world.imageOf(SERVICE, "");
    expect(readDiff(output, SERVICE)).toMatchObject({ [`images.${image.slice(0, -1)}`]: '"dev-a" => "dev-0"' });
    await up();
    expect(await running()).toBe("dev-0");
  });

  it("newest-build goes to an older build for a pin, and on from there", async () => {
    await world.configure("production", "gitops:overrides", { [SERVICE]: { pins: { app: "dev-b" } } });
    await up();
    expect(await running()).toBe("dev-b");
    await world.configure("production", "gitops:overrides", undefined);
    await up();
    expect(await running()).toBe("dev-0");
  });

  it("alphabetical runs the last tag in byte order", async () => {
    await builder.push("dev-y", on(1));
    await world.configure("production", "gitops:images", { strategy: "alphabetical", allowTags: ALLOW_TAGS });
    await up();
    expect(await running()).toBe("dev-y");
  });

  it("digest runs what the tag stands for, and follows it in both directions", async () => {
    const first = await builder.push("stable", on(1));
    const images = { strategy: "digest", constraint: "stable", allowTags: "any" };
    await world.configure("production", "gitops:images", images);
    await up();
    expect(await running()).toBe(`stable@${first}`);
    await expectNothingToDo();
    const second = await builder.push("stable", on(2));
    await up();
    expect(await running()).toBe(`stable@${second}`);
    await builder.push("stable", on(1));
    await up();
    expect(await running()).toBe(`stable@${first}`);
  });

  it("digest stays at a pinned digest although the tag moves", async () => {
    const pin = `stable@${await builder.push("pinned", on(5))}`;
    await world.configure("production", "gitops:overrides", { [SERVICE]: { pins: { app: pin } } });
    await up();
    expect(await running()).toBe(pin);
  });
});
