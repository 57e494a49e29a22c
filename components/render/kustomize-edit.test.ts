import { describe, expect, it } from "@jest/globals";

import type { KustomizeOptions } from "../application/kustomize.ts";
import { editKustomization } from "./kustomize-edit.ts";

type Value = Readonly<Record<string, unknown>>;

// What `kustomize edit` v5.8.1 writes for the same, called as Argo CD calls it.
describe("the settings of an Application laid over a kustomization", () => {
  it.each<[string, Value, KustomizeOptions, Value]>([
    ["nothing", { resources: ["a.yaml"] }, {}, { resources: ["a.yaml"] }],
    [
      "prefix, suffix and namespace replace",
      { namePrefix: "a-", namespace: "x" },
      { namePrefix: "b-", nameSuffix: "-c", namespace: "y" },
      { namePrefix: "b-", nameSuffix: "-c", namespace: "y" },
    ],
    [
      "an image replaces the one of its name as a whole, sorted by name",
      {
        images: [
          { name: "b", newName: "c/d", digest: "sha256:aa" },
          { name: "app", newTag: "1" },
        ],
      },
      { images: ["b:2", "reg:5000/x=host:5000/y:v2@sha256:bb", "a@sha256:cc"] },
      {
        images: [
          { name: "a", digest: "sha256:cc" },
          { name: "app", newTag: "1" },
          { name: "b", newTag: "2" },
          { name: "reg:5000/x", newName: "host:5000/y", newTag: "v2", digest: "sha256:bb" },
        ],
      },
    ],
    [
      "a star keeps what is there",
      { images: [{ name: "b", newName: "c", newTag: "1" }] },
      { images: ["b=*:9", "d=*:1"] },
      {
        images: [
          { name: "b", newName: "c", newTag: "9" },
          { name: "d", newTag: "1" },
        ],
      },
    ],
    [
      "images join the imageTags of old",
      { imageTags: [{ name: "a", newTag: "1" }] },
      { images: ["b:2"] },
      {
        images: [
          { name: "a", newTag: "1" },
          { name: "b", newTag: "2" },
        ],
      },
    ],
    [
      "replicas replace by name",
      {
        replicas: [
          { name: "z", count: 3 },
          { name: "api", count: 1 },
        ],
      },
      { replicas: [{ name: "api", count: 5 }] },
      {
        replicas: [
          { name: "api", count: 5 },
          { name: "z", count: 3 },
        ],
      },
    ],
    [
      "labels with selectors",
      { commonLabels: { a: "1" } },
      { commonLabels: { b: "2" } },
      { commonLabels: { a: "1", b: "2" } },
    ],
    [
      "labels without selectors go to the first entry of their kind",
      {
        labels: [
          { pairs: { a: "1" }, includeSelectors: true },
          { pairs: { t: "1" }, includeTemplates: true },
          { pairs: { l: "1" } },
        ],
      },
      { commonLabels: { b: "2" }, labelWithoutSelector: true },
      {
        labels: [
          { pairs: { a: "1" }, includeSelectors: true },
          { pairs: { t: "1" }, includeTemplates: true },
          { pairs: { l: "1", b: "2" } },
        ],
      },
    ],
    [
      "labels in templates get an entry of their own",
      {},
      { commonLabels: { b: "2" }, labelWithoutSelector: true, labelIncludeTemplates: true },
      { labels: [{ includeSelectors: false, includeTemplates: true, pairs: { b: "2" } }] },
    ],
    [
      "forced annotations replace",
      { commonAnnotations: { a: "1" } },
      { commonAnnotations: { a: "2" }, forceCommonAnnotations: true },
      { commonAnnotations: { a: "2" } },
    ],
    [
      "patches are appended",
      { patches: [{ path: "p.yaml" }] },
      { patches: [{ patch: "- {}" }] },
      { patches: [{ path: "p.yaml" }, { patch: "- {}" }] },
    ],
    ["components are added once", { components: ["c"] }, { components: ["c", "d"] }, { components: ["c", "d"] }],
  ])("%s", (_title, value, options, expected) =>
    expect(editKustomization(value, options)).toStrictEqual({ value: expected, problems: [] }),
  );

  it("does not override labels and annotations unless forced", () => {
    const { problems } = editKustomization(
      { commonLabels: { a: "1" }, commonAnnotations: { x: "1", y: "1" } },
      { commonLabels: { a: "2" }, commonAnnotations: { x: "2" } },
    );
    expect(problems).toStrictEqual([
      'commonLabels: "a" is in the kustomization already (forceCommon... overrides it)',
      'commonAnnotations: "x" is in the kustomization already (forceCommon... overrides it)',
    ]);
  });
});
