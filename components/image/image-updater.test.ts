import { describe, expect, it } from "@jest/globals";

import { formatFailure } from "../error.ts";
import { givenByUpdaters } from "./given-updaters.ts";
import { parseImageUpdaters } from "./image-updater.ts";
import { parsePolicies } from "./policy.ts";

const HEAD = "apiVersion: argocd-image-updater.argoproj.io/v1alpha1\nkind: ImageUpdater\n";

function read(...specs: readonly string[]) {
  const files = specs.map((spec, index) => ({
    file: `${index}.yaml`,
    text: `${HEAD}metadata: { name: u${index} }\nspec:\n${spec.replaceAll(/^/gm, "  ")}\n`,
  }));
  const parsed = parseImageUpdaters(files);
  return {
    updaters: parsed.flatMap(({ resources }) => resources),
    failures: parsed.flatMap(({ broken }) => broken.flatMap((one) => one.failures.map(formatFailure))),
  };
}

function given(specs: readonly string[], name: string, labels: Readonly<Record<string, string>> = {}) {
  const { updaters, failures } = read(...specs);
  expect(failures).toEqual([]);
  return givenByUpdaters({ name, labels }, updaters);
}

const ref = (pattern: string, image: string, more = "") =>
  `- namePattern: "${pattern}"\n  images: [{ alias: app, imageName: ${image} }]\n${more}`;

describe("an ImageUpdater", () => {
  it("gives the settings of the image before those of the ref before those of the whole", () => {
    const spec = `namespace: argocd
commonUpdateSettings: { updateStrategy: alphabetical, allowTags: "regexp:^a", ignoreTags: [a, "b*"], pullSecret: "env:A", platforms: [linux/arm64] }
writeBackConfig: { method: argocd }
applicationRefs:
- namePattern: api
  commonUpdateSettings: { allowTags: "regexp:^b", updateStrategy: newest-build }
  images:
  - { alias: one, imageName: "nginx:1.27", commonUpdateSettings: { updateStrategy: semver, forceUpdate: true } }
  - { alias: two, imageName: redis, manifestTargets: { kustomize: { name: cache } } }
  - { alias: three, imageName: mysql, manifestTargets: { helm: { name: image.name, tag: image.tag } } }`;
    const found = given([spec], "api")!;
    const { policies, failures } = parsePolicies(found);
    expect(failures).toEqual([]);
    const shared = { allowTags: "regexp:^b", ignoreTags: ["a", "b*"], pullSecret: "env:A" };
    const platforms = [{ os: "linux", architecture: "arm64" }];
    expect(policies).toMatchObject([
      { alias: "one", image: "docker.io/library/nginx", constraint: "1.27", strategy: "semver", ...shared, platforms },
      { alias: "two", strategy: "newest-build", replaces: "docker.io/library/cache", ...shared },
      { alias: "three", helm: { name: "image.name", tag: "image.tag" } },
    ]);
    expect(found.values.get("one.allow-tags")?.origin).toEqual({
      ...{ file: "0.yaml", line: 10, property: "spec.applicationRefs[0].commonUpdateSettings.allowTags" },
    });
  });

  it.each([
    ["api", {}, "plain"],
    ["api-v2", {}, "long"],
    ["api-v2", { tier: "web" }, "labelled"],
    ["other", {}, "any"],
    ["other", { tier: "batch" }, "any"],
  ])("is for %s with labels %j by its most specific ref: %s", (name, labels, expected) => {
    const spec = `applicationRefs:\n${[
      ref("*", "any"),
      ref("api-*", "long"),
      ref("ap?-*", "labelled", "  labelSelectors: { matchLabels: { tier: web } }"),
      ref("api", "plain"),
    ].join("\n")}`;
    expect(given([spec], name, labels)?.images.map(({ image }) => image)).toEqual([`docker.io/library/${expected}`]);
  });

  it.each([
    [{ tier: "web" }, true],
    [{ tier: "web", legacy: "" }, false],
    [{ tier: "batch" }, false],
    [{}, false],
  ])("selects by expressions: %j is %s", (labels, expected) => {
    const selector = `  labelSelectors:
    matchExpressions:
    - { key: tier, operator: In, values: [web, api] }
    - { key: legacy, operator: DoesNotExist }
    - { key: tier, operator: Exists }
    - { key: tier, operator: NotIn, values: [old] }`;
    const spec = `applicationRefs:\n${ref("*", "any", selector)}`;
    expect(given([spec], "api", labels) !== undefined).toBe(expected);
  });

  it("is for nobody whose name does not match, and steps back for annotations", () => {
    expect(given([`applicationRefs:\n${ref("web", "any")}`], "api")).toBeUndefined();
    expect(given(["applicationRefs: [{ namePattern: '*', useAnnotations: true }]"], "api")).toBeUndefined();
  });

  it("shares an Application with no other", () => {
    const spec = `applicationRefs:\n${ref("*", "any")}`;
    expect(given([spec, spec], "api")?.failures.map(formatFailure)).toEqual([
      "0.yaml:7: spec.applicationRefs[0].images: api is also matched by the ImageUpdater u1 in 1.yaml",
    ]);
  });

  it.each([
    ["x: 1", "unknown field"],
    ["{}", "0.yaml:4: spec.applicationRefs: required, but not there"],
    ["applicationRefs: []", "expected at least one applicationRef"],
    ["applicationRefs: [{ images: [{ alias: a, imageName: b }] }]", "applicationRefs[0].namePattern: required"],
    ["applicationRefs: [{ namePattern: '[', images: [{ alias: a, imageName: b }] }]", "or a pattern of names"],
    ["applicationRefs: [{ namePattern: a }]", "expected images, or useAnnotations: true"],
    [ref("a", "'A B'").replace(/^/, "applicationRefs:\n"), "expected image[:constraint]"],
    ["applicationRefs: [{ namePattern: a, images: [{ alias: 'a b', imageName: b }] }]", '"a b" is no alias'],
    [
      "applicationRefs: [{ namePattern: a, images: [{ alias: a, imageName: b }, { alias: a, imageName: c }] }]",
      'the alias "a" is given twice',
    ],
    [
      "commonUpdateSettings: { ignoreTags: ['a,b'] }\napplicationRefs: [{ namePattern: a, useAnnotations: true }]",
      "expected one item without comma",
    ],
    [
      "applicationRefs: [{ namePattern: a, useAnnotations: true, labelSelectors: { matchExpressions: [{ key: a, operator: Is }] } }]",
      'expected one of In, NotIn, Exists, DoesNotExist, found "Is"',
    ],
    [
      "applicationRefs: [{ namePattern: a, useAnnotations: true, labelSelectors: { matchExpressions: [{ key: a, operator: In }] } }]",
      "In needs values",
    ],
    ["imagesVerification: { x: 1 }\napplicationRefs: [{ namePattern: a, useAnnotations: true }]", "not supported yet"],
  ])("complains about %s", (spec, reason) => {
    expect(read(spec).failures).toContainEqual(expect.stringContaining(reason));
    expect(read(spec).updaters).toEqual([]);
  });

  it("complains about values like an annotation does, with file and line", () => {
    const { failures } = parsePolicies(given([`applicationRefs:\n${ref("a", "b:newest")}`], "a")!);
    expect(failures.map(formatFailure)).toEqual([
      expect.stringMatching(/^0\.yaml:7: spec\.applicationRefs\[0\]\.images\[0\]\.imageName: expected a version/),
    ]);
  });

  it("says once what is wrong for all images", () => {
    const images = "images: [{ alias: a, imageName: b }, { alias: c, imageName: d }]";
    const spec = `commonUpdateSettings: { allowTags: "^v" }\napplicationRefs: [{ namePattern: a, ${images} }]`;
    expect(parsePolicies(given([spec], "a")!).failures.map(formatFailure)).toEqual([
      expect.stringMatching(/^0\.yaml:5: spec\.commonUpdateSettings\.allowTags: expected "any" or/),
    ]);
  });

  it.each(["Application", "List", "Deployment"])("is not a %s", (kind) => {
    const [file] = parseImageUpdaters([{ file: "a.yaml", text: `apiVersion: x/v1\nkind: ${kind}\n` }]);
    expect(file?.broken).toMatchObject([{ failures: [{ reason: expect.stringContaining("only ImageUpdaters") }] }]);
  });
});
