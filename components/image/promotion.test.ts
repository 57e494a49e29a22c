import { describe, expect, it } from "@jest/globals";

import type { Manifest } from "../manifest/object.ts";
import { imagesIn, promote, withReplaced } from "./promotion.ts";

const SHA = `sha256:${"a".repeat(64)}`;
const API = "registry.example.com/my-org/api";

function deployment(...images: readonly (string | undefined)[]): Manifest {
  const containers = images.map((image, index) => ({ name: `c${index}`, ...(image === undefined ? {} : { image }) }));
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "api" },
    spec: { template: { spec: { containers } } },
  };
}

function containersOf(manifest: Manifest): unknown {
  return (manifest["spec"] as { template: { spec: { containers: unknown } } }).template.spec.containers;
}

describe("promote", () => {
  it.each([
    [`${API}:v1`, `${API}:v2`],
    [API, `${API}:v2`],
    [`${API}:v1@${SHA}`, `${API}:v2`],
    [`${API}@${SHA}`, `${API}:v2`],
    ["nginx:1.0", "nginx:1.1"],
    ["docker.io/library/nginx:1.0", "docker.io/library/nginx:1.1"],
  ])("makes of %s %s", (image, expected) => {
    const promoted = promote(deployment(image), { [API]: "v2", "docker.io/library/nginx": "1.1" });
    expect(containersOf(promoted)).toEqual([{ name: "c0", image: expected }]);
  });

  it.each([
    `${API}:v2`,
    `${API}:v2@${SHA}`,
    "registry.example.com/my-org/api-v2:v1",
    "other/api:v1",
    "$(IMAGE)",
    undefined,
  ])("leaves a manifest with %s as the same object", (image) => {
    const manifest = deployment(image);
    expect(promote(manifest, { [API]: "v2" })).toBe(manifest);
  });

  it("sets a digest when the pin is one", () => {
    expect(containersOf(promote(deployment(`${API}:v1`), { [API]: SHA }))).toEqual([
      { name: "c0", image: `${API}@${SHA}` },
    ]);
  });

  it("changes neither the manifest it was given nor the containers it does not concern", () => {
    const manifest = deployment("nginx:1", `${API}:v1`);
    const copy = structuredClone(manifest);
    const promoted = promote(manifest, { [API]: "v2" });
    expect(manifest).toEqual(copy);
    expect(promoted).not.toEqual(manifest);
    expect((containersOf(promoted) as unknown[])[0]).toBe((containersOf(manifest) as unknown[])[0]);
    expect(promoted.metadata).toBe(manifest.metadata);
  });

  it.each<[string, Manifest]>([
    [
      "a Pod",
      { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: { containers: [{ image: `${API}:v1` }] } },
    ],
    [
      "a CronJob",
      {
        ...{ apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "a" } },
        spec: { jobTemplate: { spec: { template: { spec: { initContainers: [{ image: `${API}:v1` }] } } } } },
      },
    ],
    [
      "a kind with several templates",
      {
        ...{ apiVersion: "jobset.x-k8s.io/v1alpha2", kind: "JobSet", metadata: { name: "a" } },
        spec: {
          replicatedJobs: [
            { template: { spec: { template: { spec: { ephemeralContainers: [{ image: `${API}:v1` }] } } } } },
          ],
        },
      },
    ],
  ])("finds the containers of %s", (_, manifest) => {
    expect(imagesIn([manifest])).toEqual({ [API]: "v1" });
    expect(JSON.stringify(promote(manifest, { [API]: "v2" }))).toContain(`${API}:v2`);
  });

  it.each<[string, Manifest]>([
    ["an annotation", { apiVersion: "v1", kind: "Pod", metadata: { name: "a", annotations: { image: `${API}:v1` } } }],
    ["a ConfigMap", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { image: `${API}:v1` } }],
    [
      "a field of an operator",
      { apiVersion: "x/v1", kind: "Db", metadata: { name: "a" }, spec: { image: `${API}:v1` } },
    ],
    [
      "a list of names",
      { apiVersion: "x/v1", kind: "Db", metadata: { name: "a" }, spec: { containers: [`${API}:v1`] } },
    ],
    [
      "a container without name",
      { apiVersion: "x/v1", kind: "Db", metadata: { name: "a" }, spec: { containers: [{ image: 1 }] } },
    ],
  ])("leaves %s alone", (_, manifest) => {
    expect(promote(manifest, { [API]: "v2" })).toBe(manifest);
    expect(imagesIn([manifest])).toEqual({});
  });
});

describe("promote with another image", () => {
  it("puts one image in the place of another, as a kustomization's newName does", () => {
    const manifest = deployment("api:v1", "nginx:1.27");
    const promoted = promote(manifest, { [API]: "v2" }, { "docker.io/library/api": API });
    expect(containersOf(promoted)).toMatchObject([{ image: `${API}:v2` }, { image: "nginx:1.27" }]);
  });

  it("promotes the new name too: the kustomization in Git may have put it there", () => {
    const promoted = promote(deployment(`${API}:v1`), { [API]: "v2" }, { "docker.io/library/api": API });
    expect(containersOf(promoted)).toMatchObject([{ image: `${API}:v2` }]);
  });

  it("leaves the original where nothing is decided for the other", () => {
    const manifest = deployment("api:v1");
    expect(promote(manifest, { "docker.io/library/nginx": "1" }, { "docker.io/library/api": API })).toBe(manifest);
  });

  it("finds the tag that a pin would change under either name", () => {
    const images = { "docker.io/library/api": "v1" };
    expect(withReplaced(images, { "docker.io/library/api": API, "docker.io/library/x": "y" })).toEqual({
      ...images,
      [API]: "v1",
    });
  });
});

describe("imagesIn", () => {
  it("gives the first tag of each image, the digest or latest where there is none", () => {
    const manifests = [deployment(`${API}:v1`, "nginx", `redis@${SHA}`, "$(X)"), deployment(`${API}:v2`)];
    expect(imagesIn(manifests)).toEqual({
      [API]: "v1",
      "docker.io/library/nginx": "latest",
      "docker.io/library/redis": SHA,
    });
  });
});
