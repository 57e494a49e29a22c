import { describe, expect, it } from "@jest/globals";

import { chartValues } from "./chart-values.ts";
import { DEFAULT_PLATFORMS } from "./image/platform.ts";
import type { HelmPlace, ImagePolicy } from "./image/policy.ts";

const IMAGE = "registry.example.com/api";
const NOTHING = { images: {}, created: {} };

function policy(helm?: HelmPlace): ImagePolicy {
  return {
    ...{ alias: "app", image: IMAGE, strategy: "semver", constraint: undefined, allowTags: undefined },
    ...{ ignoreTags: [], platforms: DEFAULT_PLATFORMS },
    ...(helm && { helm }),
  };
}

function texts(values: ReturnType<typeof chartValues>): readonly string[] {
  return values.parameters.map(({ name, value, forceString }) => `${name}=${value}${forceString ? "" : " (typed)"}`);
}

describe("what a chart is told of an image", () => {
  it.each<[HelmPlace, readonly string[]]>([
    [{ tag: "image.tag" }, ["image.tag=v1.2.0"]],
    [{ name: "image.name", tag: "image.tag" }, [`image.name=${IMAGE}`, "image.tag=v1.2.0"]],
    [{ spec: "images[0]" }, [`images[0]=${IMAGE}:v1.2.0`]],
  ])("stands in the places %j, as text", (place, expected) => {
    const values = chartValues([policy(place)], { [IMAGE]: { tag: "v1.2.0" } }, {}, NOTHING);
    expect(texts(values)).toEqual(expected);
    expect(values.renderedWith).toEqual({ [IMAGE]: "v1.2.0" });
  });

  it("is nothing where the policy names no place", () => {
    expect(chartValues([policy()], { [IMAGE]: { tag: "v1.2.0" } }, {}, NOTHING)).toEqual({
      parameters: [],
      renderedWith: {},
    });
  });

  const place = { tag: "image.tag" };

  it("is what runs, when a lower tag is offered or none", () => {
    const before = { images: { [IMAGE]: "v1.3.0" }, created: {} };
    for (const offered of [{ tag: "v1.2.0" }, { reason: "none of 3 tags is allowed" }]) {
      const values = chartValues([policy(place)], { [IMAGE]: offered }, {}, before);
      expect(texts(values)).toEqual(["image.tag=v1.3.0"]);
      expect(values.renderedWith).toEqual({ [IMAGE]: "v1.3.0" });
    }
  });

  it("is a pin before all else, by alias or by image, and nothing when the pin is no tag", () => {
    const offered = { [IMAGE]: { tag: "v1.2.0" } };
    for (const pins of [{ app: "v1.0.0" }, { [IMAGE]: "v1.0.0" }])
      expect(texts(chartValues([policy(place)], offered, pins, NOTHING))).toEqual(["image.tag=v1.0.0"]);
    expect(texts(chartValues([policy(place)], offered, { app: "no tag" }, NOTHING))).toEqual(["image.tag=v1.2.0"]);
  });

  it("is not told of a digest alone, which is no tag", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const values = chartValues([policy(place)], { [IMAGE]: { tag: "v1.2.0" } }, { app: digest }, NOTHING);
    expect(values).toEqual({ parameters: [], renderedWith: { [IMAGE]: digest } });
  });

  it("says that nothing is told when nothing runs and nothing is offered", () => {
    const values = chartValues([policy(place)], { [IMAGE]: { reason: "none" } }, {}, NOTHING);
    expect(values).toEqual({ parameters: [], renderedWith: { [IMAGE]: "" } });
  });

  it("knows when the running build was made, so that an older one does not take its place", () => {
    const offered = {
      [IMAGE]: { tag: "old", strategy: "newest-build" as const, created: { old: "2024-01-01T00:00:00Z" } },
    };
    const before = { images: { [IMAGE]: "new" }, created: { [IMAGE]: "2024-02-01T00:00:00Z" } };
    expect(texts(chartValues([policy(place)], offered, {}, before))).toEqual(["image.tag=new"]);
  });
});
