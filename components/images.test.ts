import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import type { ApplicationOverlay, EnvironmentOverlay } from "./application/overlay.ts";
import { GitOpsError } from "./error.ts";
import type { Build } from "./image/build.ts";
import type { Registry } from "./image/registry.ts";
import { reportImages } from "./images.ts";

// The files are real, the registry is not: the real one is asked in test/integration/images.test.ts.

const PREFIX = "argocd-image-updater.argoproj.io/";
const API = "registry.example.com/my-org/api";
const UNSET = { value: null, source: "default", key: null };
const DIGEST = `sha256:${"a".repeat(64)}`;
const BUILDS: Readonly<Record<string, Build>> = {
  "dev-1": { digest: DIGEST, created: "2024-01-31T10:00:00.000000000Z" },
  "dev-2": { digest: DIGEST },
};

let folder: string;
let updaters: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "images-"));
  updaters = mkdtempSync(join(tmpdir(), "updaters-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  rmSync(updaters, { recursive: true });
});

function write(name: string, annotations: Readonly<Record<string, string>>, spec = "{}"): void {
  const lines = Object.entries(annotations).map(([key, value]) => `    ${PREFIX}${key}: ${JSON.stringify(value)}`);
  const text = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  annotations:
    other: x
${lines.join("\n")}
spec:
  project: default
  source: { repoURL: https://github.com/my-org/api.git, path: k8s }
  destination: { server: https://kubernetes.default.svc, namespace: qa }
  syncPolicy: ${spec}
`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.yaml`), text);
}

const registry: Registry = {
  listTags: (image) =>
    image.endsWith("/down")
      ? Promise.reject(new GitOpsError(`${image}: the registry answers 503`, { code: "Unavailable" }))
      : Promise.resolve(["v1.2.0", "v1.10.0", "v1.9.0", "v2.0.0-rc.1", "dev-1", "dev-2", "latest"]),
  newestOf: () => undefined,
  inspect: (_, tags) => Promise.resolve(new Map(tags.map((tag) => [tag, BUILDS[tag] ?? { digest: DIGEST }]))),
};

function report(
  overrides: Readonly<Record<string, ApplicationOverlay>> = {},
  overlay: EnvironmentOverlay = {},
  only: readonly string[] = [],
) {
  return reportImages({ applications: folder, imageUpdaters: updaters, overlay, overrides }, registry, only);
}

describe("reportImages", () => {
  it("tells of every tag what became of it, the selected one first and higher names before lower ones", async () => {
    write("api", { "image-list": `app=${API}:1.x`, "app.ignore-tags": "v1.2.0" });
    const { problems, applications } = await report();
    expect(problems).toEqual([]);
    expect(applications).toMatchObject([{ application: "api", file: join(folder, "api.yaml"), problems: [] }]);
    const [image] = applications[0]!.images;
    expect(image).toMatchObject({ image: API, alias: "app", chosen: "v1.10.0", selected: "v1.10.0", pin: null });
    expect(image?.tags.map(({ verdict, tag, reason }) => `${verdict} ${tag} ${reason}`)).toEqual([
      "selected v1.10.0 is the highest of 2 allowed",
      "allowed v1.9.0 is lower than v1.10.0",
      "refused v2.0.0-rc.1 is a pre-release, and the constraint 1.x names none",
      'refused v1.2.0 is ignored by "v1.2.0"',
      "refused latest is not a version",
      "refused dev-2 is not a version",
      "refused dev-1 is not a version",
    ]);
  });

  it("says of every setting what it is and where it stands", async () => {
    write("api", {
      "image-list": `app=${API}:1.x`,
      "update-strategy": "latest",
      "app.platforms": "linux/arm64",
      "app.allow-tags": "any",
    });
    const own = { images: { ignoreTags: "latest" } };
    const { applications } = await report({ api: own }, { images: { allowTags: "regexp:^dev-" } });
    const [image] = applications[0]!.images;
    expect(image?.policy).toEqual({
      strategy: { value: "newest-build", source: "annotation", key: `${PREFIX}update-strategy` },
      constraint: { value: "1.x", source: "annotation", key: `${PREFIX}image-list` },
      allowTags: { value: "regexp:^dev-", source: "stack", key: "gitops:images.allowTags" },
      ignoreTags: { value: "latest", source: "stack", key: "gitops:overrides.api.images.ignoreTags" },
      platforms: { value: "linux/arm64", source: "annotation", key: `${PREFIX}app.platforms` },
      ...{ pullSecret: UNSET, skip: UNSET, minimumAge: UNSET, pinDigest: UNSET },
    });
    expect(image?.chosen).toBe("dev-1");
    expect(image?.tags.slice(0, 2)).toEqual([
      {
        ...{ tag: "dev-1", version: null, created: "2024-01-31T10:00:00Z", verdict: "selected" },
        reason: "is the newest of 1 allowed, built 2024-01-31T10:00:00Z",
      },
      expect.objectContaining({ tag: "v2.0.0-rc.1", created: null, verdict: "refused" }),
    ]);
  });

  it("says which keys of the stack make an image wait, skip tags or run by digest", async () => {
    write("api", { "image-list": `app=${API}:dev-1`, "app.update-strategy": "digest", "app.pull-secret": "env:X" });
    const environment = { images: { skip: ["v1.9.*"], minimumAgeMs: 90 * 60_000, pinDigest: true } };
    const { applications } = await report(
      { api: { images: { skip: ["dev-1"], minimumAgeMs: 7_200_000 } } },
      environment,
    );
    const [image] = applications[0]!.images;
    expect(image?.policy).toMatchObject({
      pullSecret: { value: "env:X", source: "annotation", key: `${PREFIX}app.pull-secret` },
      skip: { value: "v1.9.*, dev-1", key: "gitops:images.skip, gitops:overrides.api.images.skip" },
      minimumAge: { value: "2h", key: "gitops:overrides.api.images.minimumAge" },
      pinDigest: { value: "true", key: "gitops:images.pinDigest" },
    });
    expect(image?.tags).toMatchObject([{ tag: "dev-1", verdict: "refused", reason: 'is skipped by "dev-1"' }]);
  });

  it("has defaults for what nobody sets, and prefers the stack's constraint", async () => {
    write("api", { "image-list": API });
    const nothing = { source: "default", key: null };
    const before = (await report()).applications[0]!.images[0]!.policy;
    expect(before).toEqual({
      strategy: { value: "semver", ...nothing },
      constraint: { value: null, ...nothing },
      allowTags: { value: "any", ...nothing },
      ignoreTags: { value: null, ...nothing },
      platforms: { value: "linux/amd64", ...nothing },
      ...{ pullSecret: UNSET, skip: UNSET, minimumAge: UNSET, pinDigest: UNSET },
    });
    const { applications } = await report({}, { images: { constraint: "<1.10" } });
    expect(applications[0]!.images[0]).toMatchObject({
      chosen: "v1.9.0",
      policy: { constraint: { value: "<1.10", source: "stack", key: "gitops:images.constraint" } },
    });
  });

  it.each(["app", API])("shows that a pin under %s wins, beside what the policy selects", async (key) => {
    write("api", { "image-list": `app=${API}` });
    const { applications } = await report({ api: { pins: { [key]: "v1.2.0" } } });
    expect(applications[0]!.images[0]).toMatchObject({
      ...{ chosen: "v1.2.0", selected: "v1.10.0" },
      pin: { tag: "v1.2.0", key: `gitops:overrides.api.pins.${key}` },
    });
  });

  it("chooses what a followed tag stands for", async () => {
    write("api", { "image-list": `app=${API}:dev-2`, "app.update-strategy": "digest" });
    const { applications } = await report();
    expect(applications[0]!.images[0]).toMatchObject({
      chosen: `dev-2@${DIGEST}`,
      tags: [{ tag: "dev-2", verdict: "selected", reason: `stands for ${DIGEST}` }],
    });
  });

  it("chooses nothing, and says why of every tag, when none is allowed", async () => {
    write("api", { "image-list": `app=${API}`, "app.allow-tags": "regexp:^x" });
    const { applications } = await report();
    expect(applications[0]!.images[0]).toMatchObject({ chosen: null, selected: null, problem: null });
    expect(applications[0]!.images[0]!.tags.every(({ verdict }) => verdict === "refused")).toBe(true);
  });

  it("passes on a doubt about a date", async () => {
    write("api", { "image-list": `app=${API}` });
    const dated = { ...registry, listTags: () => Promise.resolve(["v1.0.0", "20240131"]) };
    const { applications } = await reportImages(
      { applications: folder, imageUpdaters: updaters, overlay: {}, overrides: {} },
      dated,
      [],
    );
    expect(applications[0]!.images[0]?.warning).toMatch(/^20240131 counts as major version 20240131/);
  });

  it("reports a registry that does not answer with its image, and goes on", async () => {
    write("api", { "image-list": `a=registry.example.com/down, b=${API}` });
    write("worker", { "image-list": API });
    const { applications } = await report();
    expect(applications.flatMap(({ images }) => images.map(({ chosen, problem }) => [chosen, problem]))).toEqual([
      [null, "registry.example.com/down: the registry answers 503"],
      ["v1.10.0", null],
      ["v1.10.0", null],
    ]);
  });

  it("says that tags are only proposed", async () => {
    write("api", { "image-list": API, "write-back-method": "git", "git-branch": "main:x-{{.SHA256}}" });
    expect((await report()).applications[0]!.notes).toEqual([
      expect.stringContaining("the cluster runs what Git says"),
    ]);
  });

  it("reports mistakes with their file, and the images about which nothing is wrong", async () => {
    write("api", { "image-list": `a=nginx, b=${API}`, "a.allow-tags": "regexp:(", "b.update-strategy": "best" });
    write("worker", { "image-list": API, "write-back-method": "push" });
    const { applications } = await report();
    expect(applications.map(({ problems, images }) => [problems.length, images.length])).toEqual([
      [2, 0],
      [1, 1],
    ]);
    expect(applications[0]!.problems[0]).toContain(
      `${join(folder, "api.yaml")}:8: metadata.annotations["${PREFIX}a.allow-tags"]`,
    );
  });

  it("says of a broken file what `pulumi up` would say, and shows the other Applications", async () => {
    write("api", { "image-list": API }, "[]");
    write("worker", { "image-list": API });
    const { applications } = await report();
    expect(applications.map(({ application, images }) => [application, images.length])).toEqual([
      ["api", 0],
      ["worker", 1],
    ]);
    expect(applications[0]).toMatchObject({ file: null, problems: [expect.stringContaining("syncPolicy")] });
  });

  it("leaves an Application without image-list without images", async () => {
    write("api", {});
    expect((await report()).applications).toMatchObject([{ problems: [], images: [] }]);
  });

  it("shows only the Applications asked for, and names one that is not there", async () => {
    write("api", { "image-list": API });
    write("worker", { "image-list": API });
    const { applications, problems } = await report({}, {}, ["worker", "wroker"]);
    expect(applications.map(({ application }) => application)).toEqual(["worker"]);
    expect(problems).toEqual(["there is no Application wroker; did you mean worker?"]);
  });

  it("names an override that no Application answers to, and an empty folder", async () => {
    write("api", { "image-list": API });
    expect((await report({ apo: { pins: { app: "v1.2.0" } } })).problems).toEqual([
      "gitops:overrides: there is no Application apo; did you mean api?",
    ]);
    rmSync(join(folder, "api.yaml"));
    expect((await report()).problems).toEqual([expect.stringContaining("no Application found")]);
  });

  describe("with a gate", () => {
    const reportGated = (gate: { stack?: string; file?: string }) =>
      reportImages(
        {
          applications: folder,
          imageUpdaters: updaters,
          overlay: {},
          overrides: {},
          gate: { healthyForMs: 1000, ...gate },
        },
        registry,
        [],
      );

    it("shows what the output of the other stack proves, and what waits", async () => {
      write("api", { "image-list": `app=${API}` });
      const file = join(updaters, "qa.txt");
      const runs = [{ tag: "qa-v1.9.0", version: "v1.9.0", since: "2024-01-01T00:00:00Z" }];
      writeFileSync(file, JSON.stringify({ api: { healthy: { [API]: runs } } }));
      const { applications } = await reportGated({ file });
      expect(applications[0]!.images[0]).toMatchObject({
        chosen: "v1.9.0",
        waiting: `v1.10.0 is not proven: ${file} has not run it healthy`,
      });
    });

    it("says that it does not ask another stack", async () => {
      write("api", { "image-list": `app=${API}` });
      const { applications } = await reportGated({ stack: "qa" });
      expect(applications[0]).toMatchObject({
        notes: [expect.stringContaining("what stack qa has proven (gitops:gate) is not asked here")],
        images: [{ chosen: "v1.10.0", waiting: null }],
      });
    });

    it("fails when the file cannot be read", async () => {
      await expect(reportGated({ file: "/nonexistent" })).rejects.toThrow("gitops:gate: /nonexistent cannot be read");
    });
  });

  describe("with an ImageUpdater", () => {
    function writeUpdater(ref: string): void {
      writeFileSync(
        join(updaters, "all.yaml"),
        `apiVersion: argocd-image-updater.argoproj.io/v1alpha1
kind: ImageUpdater
metadata: { name: all }
spec:
  commonUpdateSettings: { ignoreTags: [latest] }
  applicationRefs:
  - namePattern: ap*
${ref.replaceAll(/^/gm, "    ")}
`,
      );
    }

    it("follows it instead of the annotations, and says where each rule stands", async () => {
      write("api", { "image-list": `other=${API}:2.x` });
      write("worker", { "image-list": API });
      writeUpdater(`images:\n- alias: app\n  imageName: ${API}:1.x\n  commonUpdateSettings: { allowTags: any }`);
      const { applications } = await report();
      const [image] = applications[0]!.images;
      const place = `${join(updaters, "all.yaml")}:`;
      expect(image).toMatchObject({ alias: "app", chosen: "v1.10.0" });
      expect(image?.policy).toMatchObject({
        constraint: {
          value: "1.x",
          source: "imageUpdater",
          key: `${place}10: spec.applicationRefs[0].images[0].imageName`,
        },
        allowTags: { value: "any", source: "imageUpdater" },
        ignoreTags: { value: "latest", source: "imageUpdater", key: `${place}5: spec.commonUpdateSettings.ignoreTags` },
      });
      expect(applications[0]!.notes).toEqual([expect.stringContaining("are not used")]);
      expect(applications[1]!.notes).toEqual([]);
    });

    it("reads the annotations where it asks for that", async () => {
      write("api", { "image-list": `other=${API}:1.x` });
      writeUpdater("useAnnotations: true");
      const { applications } = await report();
      expect(applications).toMatchObject([{ notes: [], problems: [], images: [{ alias: "other" }] }]);
    });

    it("holds every Application when it is broken: whom it is for is not known", async () => {
      write("api", { "image-list": API });
      write("worker", {});
      writeUpdater("image: []");
      const { applications } = await report();
      expect(applications.map(({ problems }) => problems.length)).toEqual([2, 2]);
      expect(applications[1]!.problems).toContainEqual(
        expect.stringContaining('all.yaml:8: spec.applicationRefs[0].image: unknown field, did you mean "images"?'),
      );
    });
  });
});
