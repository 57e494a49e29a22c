import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { WriteBackTarget } from "./write-back-settings.ts";
import type { RunningImage } from "./write-back-text.ts";
import { writeHelmValues, writeKustomization, writeSource } from "./write-back-text.ts";
import { writtenTag } from "./written-tag.ts";

const API = "registry.example.com/my-org/api";
const DIGEST = `sha256:${"a".repeat(64)}`;
const WRITE = { kustomization: writeKustomization, source: writeSource, helmvalues: writeHelmValues };

type Policy = Omit<RunningImage, "tag">;

describe("writtenTag", () => {
  it.each<[string, WriteBackTarget["kind"], Policy, string]>([
    ["a kustomization", "kustomization", { image: API }, "images: []"],
    ["one image in the place of another", "kustomization", { image: API, replaces: "docker.io/library/api" }, ""],
    ["the file that is laid over a source", "source", { image: API }, ""],
    ["a replacement there", "source", { image: API, replaces: "docker.io/library/api" }, ""],
    ["parameters of a chart", "source", { image: API, helm: { name: "image.name", tag: "image.tag" } }, ""],
    ["a whole image in a parameter", "source", { image: API, helm: { spec: "image" } }, ""],
    ["Helm values", "helmvalues", { image: API, helm: { tag: "image.tag" } }, "image: { tag: x }"],
    ["a whole image in Helm values", "helmvalues", { image: API, helm: { spec: "a[0].image" } }, "a: [{ image: x }]"],
    ["the usual places of Helm values", "helmvalues", { image: API }, "image: { name: x, tag: y }"],
  ])("finds in %s what write-back has put there", (_, kind, policy, before) => {
    const tags = fc.constantFrom("v1.0.0", "1.10", "007", "true", "latest", `v1@${DIGEST}`);
    fc.assert(
      fc.property(tags, (tag) => {
        expect(writtenTag(kind, WRITE[kind](before, [{ ...policy, tag }]), policy)).toBe(tag);
      }),
    );
  });

  it.each<[string, WriteBackTarget["kind"], Policy, string]>([
    ["an empty file", "kustomization", { image: API }, ""],
    ["a list", "kustomization", { image: API }, "- a"],
    ["another image", "kustomization", { image: API }, "images: [{ name: nginx, newTag: x }]"],
    [
      "an image that another one replaces",
      "kustomization",
      { image: API },
      `images: [{ name: ${API}, newName: x, newTag: y }]`,
    ],
    [
      "an image that is not replaced yet",
      "kustomization",
      { image: API, replaces: "docker.io/library/api" },
      "images: [{ name: api, newTag: x }]",
    ],
    ["no tag", "source", { image: API }, `kustomize: { images: [${API}] }`],
    ["no such place", "helmvalues", { image: API, helm: { tag: "image.tag" } }, "image: api:v1"],
    ["a place of the prototype", "helmvalues", { image: API, helm: { tag: "constructor" } }, "image: api:v1"],
    ["a map where a tag should be", "helmvalues", { image: API, helm: { tag: "image" } }, "image: { tag: x }"],
  ])("finds nothing in %s", (_, kind, policy, text) => {
    expect(writtenTag(kind, text, policy)).toBeUndefined();
  });

  it("does not read a tag as a number", () => {
    expect(writtenTag("kustomization", `images: [{ name: ${API}, newTag: 1.10 }]`, { image: API })).toBe("1.10");
  });

  it("refuses what is no YAML", () => {
    expect(() => writtenTag("kustomization", "a: [", { image: API })).toThrow("the file is no YAML map");
  });
});
