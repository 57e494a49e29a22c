import { describe, expect, it } from "@jest/globals";

import { pinOf, resolvePins } from "./pins.ts";
import type { ImagePolicy } from "./policy.ts";

const API = "registry.example.com/my-org/api";
const policies: ImagePolicy[] = [
  {
    ...{ alias: "api", image: API, strategy: "semver", constraint: undefined },
    ...{ allowTags: undefined, ignoreTags: [], platforms: [] },
  },
];
const running = { [API]: "v1.0.0", "docker.io/library/nginx": "1.27" };

describe("resolvePins", () => {
  it.each<[Record<string, string>, Record<string, string>]>([
    [{ api: "v1.2.0" }, { [API]: "v1.2.0" }],
    [{ [API]: "v1.2.0" }, { [API]: "v1.2.0" }],
    [{ nginx: "1.26" }, { "docker.io/library/nginx": "1.26" }],
    [{ api: `sha256:${"0".repeat(64)}` }, { [API]: `sha256:${"0".repeat(64)}` }],
    [{ api: `latest@sha256:${"0".repeat(64)}` }, { [API]: `latest@sha256:${"0".repeat(64)}` }],
    [{}, {}],
  ])("reads %j as %j", (pins, resolved) => {
    expect(resolvePins(pins, policies, running, "api")).toEqual({ pins: resolved, failures: [] });
  });

  it("takes one of an image that no container runs where a chart is told of it", () => {
    const inChart = policies.map((policy) => ({ ...policy, helm: { tag: "image.tag" } }));
    expect(resolvePins({ api: "v1" }, policies, {}, "api").failures).toHaveLength(1);
    expect(resolvePins({ api: "v1" }, inChart, {}, "api")).toEqual({ pins: { [API]: "v1" }, failures: [] });
    expect(resolvePins({ web: "v1" }, inChart, {}, "api").failures).toHaveLength(1);
  });

  it.each<[Record<string, string>, string, string]>([
    [{ apl: "v1" }, "pins.apl", `no container runs docker.io/library/apl; found ${API}, docker.io/library/nginx`],
    [{ [`${API}:v1`]: "v2" }, `pins.${API}:v1`, "expected an alias of image-list or an image without tag"],
    [{ "No Image": "v2" }, "pins.No Image", "expected an alias of image-list or an image without tag"],
    [{ api: "v1 --x" }, "pins.api", 'expected a tag or a digest, found "v1 --x"'],
    [{ api: "v1\n" }, "pins.api", 'expected a tag or a digest, found "v1\\n"'],
    [{ api: "v1@sha256:0" }, "pins.api", 'expected a tag or a digest, found "v1@sha256:0"'],
    [{ api: "v1:v2" }, "pins.api", 'expected a tag or a digest, found "v1:v2"'],
    [{ api: "v1/v2:v3" }, "pins.api", 'expected a tag or a digest, found "v1/v2:v3"'],
    [{ api: "" }, "pins.api", 'expected a tag or a digest, found ""'],
    [{ api: "v1", [API]: "v2" }, `pins.${API}`, `pins ${API} again`],
  ])("refuses %j", (pins, property, reason) => {
    expect(resolvePins(pins, policies, running, "api").failures).toEqual([
      { property: `gitops:overrides.api.${property}`, reason },
    ]);
  });
});

describe("pinOf", () => {
  it.each([
    [{ api: "v1" }, { key: "api", tag: "v1" }],
    [{ [API]: "v2" }, { key: API, tag: "v2" }],
    [
      { nginx: "1.26", [API]: "v2" },
      { key: API, tag: "v2" },
    ],
    [{ nginx: "1.26" }, undefined],
    [{}, undefined],
  ])("finds in %j the pin %j", (pins, expected) => expect(pinOf(policies[0]!, pins)).toEqual(expected));
});
