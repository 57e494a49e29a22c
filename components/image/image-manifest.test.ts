import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { parseImageConfig, parseImageManifest } from "./image-manifest.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;
const CONFIG = { mediaType: "application/vnd.oci.image.config.v1+json", digest: DIGEST, size: 2 };
const LINUX = { os: "linux", architecture: "amd64" };

function read(value: unknown) {
  return parseImageManifest(JSON.stringify(value));
}

describe("parseImageManifest", () => {
  it.each([CONFIG.mediaType, "application/vnd.docker.container.image.v1+json", "application/octet-stream"])(
    "finds the configuration of type %s",
    (mediaType) => {
      const manifest = { schemaVersion: 2, config: { ...CONFIG, mediaType }, layers: [] };
      expect(read(manifest)).toEqual({ kind: "image", config: DIGEST });
    },
  );

  it("finds the images of an index with their platforms, and leaves out what has no usable digest", () => {
    const manifests = [
      { digest: DIGEST, platform: { os: "linux", architecture: "arm", variant: "v7" } },
      { digest: DIGEST },
      { digest: "sha256:../../x", platform: LINUX },
      null,
    ];
    expect(read({ manifests })).toEqual({
      kind: "index",
      images: [{ digest: DIGEST, platform: { os: "linux", architecture: "arm", variant: "v7" } }, { digest: DIGEST }],
    });
  });

  it.each<[string, unknown]>([
    ["a chart", { config: { ...CONFIG, mediaType: "application/vnd.cncf.helm.config.v1+json" }, layers: [] }],
    ["a configuration without digest", { config: { mediaType: CONFIG.mediaType } }],
    ["a digest that leads elsewhere", { config: { ...CONFIG, digest: "../../../etc/passwd" } }],
    ["a digest of another kind", { config: { ...CONFIG, digest: `sha512:${"0".repeat(128)}` } }],
    ["image and index at once", { config: CONFIG, layers: [], manifests: [] }],
    ["layers and index at once", { layers: [], manifests: [] }],
    ["Docker's first schema", { schemaVersion: 1, fsLayers: [], history: [] }],
    ["an index without end", { manifests: Array.from({ length: 1001 }, () => ({ digest: DIGEST })) }],
    ["a list", [CONFIG]],
    ["nothing", null],
  ])("takes %s for no image", (_, value) => expect(read(value)).toBeUndefined());

  it("answers for any text", () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => void parseImageManifest(text)));
  });
});

describe("parseImageConfig", () => {
  const label = (date: string) => ({ config: { Labels: { "org.opencontainers.image.created": date } } });

  it.each<[string, object, string | undefined]>([
    ["its date", { created: "2024-01-31T10:00:00Z" }, "2024-01-31T10:00:00.000000000Z"],
    [
      "its date rather than the label",
      { created: "2024-01-31T10:00:00Z", ...label("2025-01-01T00:00:00Z") },
      "2024-01-31T10:00:00.000000000Z",
    ],
    ["the label", label("2024-01-31T10:00:00Z"), "2024-01-31T10:00:00.000000000Z"],
    [
      "the label of a reproducible build",
      { created: "1970-01-01T00:00:00Z", ...label("2024-01-31T10:00:00Z") },
      "2024-01-31T10:00:00.000000000Z",
    ],
    ["no date", {}, undefined],
    ["a date that is none", { created: 1706695200 }, undefined],
  ])("gives %s", (_, more, created) => {
    const expected = { platform: LINUX, ...(created === undefined ? {} : { created }) };
    expect(parseImageConfig(JSON.stringify({ ...LINUX, ...more }))).toEqual(expected);
  });

  it.each(["", "{}", '{"os":"linux"}', "[]", "null"])("takes %j for none", (text) =>
    expect(parseImageConfig(text)).toBeUndefined(),
  );
});
