import { rmSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { formatRef, refOf } from "../../components/manifest/object.ts";
import type { Manifest } from "../../components/manifest/object.ts";
import { createRenderer } from "../../components/render/render.ts";
import type { RenderSettings } from "../../components/render/settings.ts";
import { failureOf } from "../support/failure.ts";
import { openRenderingScene, SETTINGS } from "../support/rendering.ts";
import type { Files, RenderingScene } from "../support/rendering.ts";

let scene: RenderingScene;
beforeAll(async () => {
  scene = await openRenderingScene();
});
afterAll(() => scene.close());

function configMap(name: string, data = "{}"): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${data}\n`;
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 1
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: "registry.example.com/api:v1"}]}
`;

async function refsIn(files: Files, settings: Partial<RenderSettings>): Promise<readonly string[]> {
  return (await scene.render(files, settings)).map((manifest) => formatRef(refOf(manifest)));
}

function found(manifests: readonly Manifest[], kind: string): Manifest {
  const manifest = manifests.find((one) => one.kind === kind);
  if (manifest === undefined) throw new Error(`no ${kind} in ${JSON.stringify(manifests)}`);
  return manifest;
}

describe("directory", () => {
  const files = {
    "k8s/a.yaml": configMap("a"),
    "k8s/deep/b.yaml": configMap("b"),
    "k8s/deep/er/c.json": JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } }),
    "k8s/deep/tests/d.yml": configMap("d"),
    "k8s/e.jsonnet": "{}",
    "other/z.yaml": configMap("z"),
  };

  it.each([
    [{ exclude: "*.jsonnet" }, ["a"]],
    [{ recurse: true, exclude: "*.jsonnet" }, ["a", "b", "c", "d"]],
    [{ recurse: true, include: "*.yaml" }, ["a", "b"]],
    [{ recurse: true, include: "deep/*" }, ["b", "c", "d"]],
    [{ recurse: true, include: "*.{yaml,yml}", exclude: "deep/{tests,er}/*" }, ["a", "b"]],
    [{ recurse: true, include: "a.yaml", exclude: "*" }, []],
  ])("%j renders %j", async (directory, names) => {
    expect(await refsIn(files, { directory })).toStrictEqual(names.map((name) => `ConfigMap ${name}`));
  });

  it("refuses Jsonnet that it would have to render, and says what to do", async () => {
    expect(await failureOf(scene.render(files, { directory: { recurse: true } }))).toMatchObject({
      code: "Unsupported",
      message: "k8s/e.jsonnet: Jsonnet is not supported: exclude it (directory.exclude), or commit what it renders to",
    });
  });

  it("beside a kustomization renders the files all the same", async () => {
    const withKustomization = {
      "k8s/kustomization.yaml": "namePrefix: p-\nresources: [a.yaml]\n",
      "k8s/a.yaml": configMap("a"),
    };
    expect(await refsIn(withKustomization, { directory: { include: "a.*" } })).toStrictEqual(["ConfigMap a"]);
    expect(await refsIn(withKustomization, {})).toStrictEqual(["ConfigMap p-a"]);
  });
});

describe("kustomize", () => {
  const files = {
    "k8s/kustomization.yaml": "resources: [deployment.yaml]\n",
    "k8s/deployment.yaml": DEPLOYMENT,
    "k8s/patch.yaml": "- {op: add, path: /spec/paused, value: true}\n",
    "components/extra/kustomization.yaml":
      "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [extra.yaml]\n",
    "components/extra/extra.yaml": configMap("extra"),
  };

  it("lays everything over the kustomization", async () => {
    const manifests = await scene.render(files, {
      kustomize: {
        ...{ namePrefix: "p-", nameSuffix: "-s", namespace: "ns" },
        images: ["registry.example.com/api=registry.example.com/mirror:${ARGOCD_APP_REVISION_SHORT}"],
        replicas: [{ name: "api", count: 4 }],
        ...{ commonLabels: { app: "$ARGOCD_APP_NAME-x" }, labelWithoutSelector: true },
        commonAnnotations: { source: "$ARGOCD_APP_SOURCE_PATH" },
        patches: [
          { path: "patch.yaml", target: { kind: "Deployment" } },
          { patch: "- {op: add, path: /spec/minReadySeconds, value: 7}", target: { name: "api" } },
        ],
        ...{ components: ["../components/extra", "../components/gone"], ignoreMissingComponents: true },
      },
    });
    expect(manifests.map((manifest) => formatRef(refOf(manifest)))).toStrictEqual([
      "ConfigMap ns/p-extra-s",
      "apps/Deployment ns/p-api-s",
    ]);
    expect(found(manifests, "Deployment")).toMatchObject({
      metadata: { labels: { app: "api-x" }, annotations: { source: "$ARGOCD_APP_SOURCE_PATH" } },
      spec: {
        ...{ replicas: 4, paused: true, minReadySeconds: 7, selector: { matchLabels: { app: "api" } } },
        template: { spec: { containers: [{ image: "registry.example.com/mirror:0123456" }] } },
      },
    });
  });

  it("puts variables into annotations only if asked to", async () => {
    const kustomize = { commonAnnotations: { a: "$ARGOCD_APP_NAME" }, commonAnnotationsEnvsubst: true };
    const [deployment] = await scene.render(files, { kustomize });
    expect(deployment?.metadata.annotations).toStrictEqual({ a: "api" });
  });

  it.each([
    [{ components: ["../components/gone"] }, /components\[0\]: .*components\/gone does not exist in the repository/],
    [{ components: ["https://example.com/c"] }, /components\[0\]: remote resources are not fetched/],
    [{ components: ["../../out"], ignoreMissingComponents: true }, /the path leaves the repository/],
    [{ patches: [{ path: "../other/p.yaml" }] }, /patches\[0\].path: expected a file in or below/],
    [{ patches: [{ path: "/etc/passwd" }] }, /patches\[0\].path: expected a relative path/],
  ])("%j is refused before anything runs", async (kustomize, message) => {
    const none = { kubectl: "/nonexistent/kubectl" };
    expect((await failureOf(scene.render(files, { kustomize }, "k8s", none))).message).toMatch(message);
  });

  it("needs a kustomization", async () => {
    const failure = await failureOf(
      scene.render({ "k8s/a.yaml": configMap("a") }, { kustomize: { namePrefix: "p-" } }),
    );
    expect(failure.message).toMatch(/expected one kustomization.yaml, .* in k8s, found none/);
  });
});

describe("an .argocd-source file", () => {
  const files = {
    "k8s/kustomization.yaml": "resources: [deployment.yaml]\n",
    "k8s/deployment.yaml": DEPLOYMENT,
    "k8s/.argocd-source.yaml": "kustomize: {namePrefix: all-, images: ['registry.example.com/api:v2']}\n",
    "k8s/.argocd-source-api.yaml": "kustomize: {images: ['registry.example.com/api:v3']}\n",
  };
  const imageOf = ({ spec }: Manifest) =>
    (spec as { template: { spec: { containers: { image: string }[] } } }).template.spec.containers[0]?.image;

  it("of the folder and of the Application override its settings, in this order", async () => {
    const kustomize = { images: ["registry.example.com/api:v0"], nameSuffix: "-s" };
    const [deployment] = await scene.render(files, { kustomize });
    expect(deployment?.metadata.name).toBe("all-api-s");
    expect(imageOf(deployment!)).toBe("registry.example.com/api:v3");
  });

  it("of another Application is not for this one, nor is its cached result", async () => {
    const source = await scene.sourceOf(files);
    const renderer = createRenderer({ cacheFolder: scene.newFolder() });
    const images = ["api", "other", "api"].map(async (application) => {
      const [deployment] = await renderer.render(source, { build: { ...SETTINGS.build, application } });
      return imageOf(deployment!);
    });
    expect(await Promise.all(images)).toStrictEqual(["v3", "v2", "v3"].map((tag) => `registry.example.com/api:${tag}`));
  });

  it("with a mistake is refused", async () => {
    const broken = { ...files, "k8s/.argocd-source-api.yaml": "kustomize: {imags: []}\nhelm: {skipCrds: true}\n" };
    expect((await failureOf(scene.render(broken))).message).toMatch(
      /k8s\/.argocd-source-api.yaml:1: kustomize.imags: unknown field, did you mean "images"\?; k8s: expected one of/,
    );
  });
});

describe("the render cache", () => {
  const files = { "k8s/kustomization.yaml": "resources: [a.yaml]\n", "k8s/a.yaml": configMap("a") };

  it("keeps settings apart, and commits only if a setting names them", async () => {
    const renderer = createRenderer({ cacheFolder: scene.newFolder() });
    const source = await scene.sourceOf(files);
    const annotated = async (revision: string) => {
      const build = { ...SETTINGS.build, revision };
      const kustomize = { commonAnnotations: { revision: "$ARGOCD_APP_REVISION" }, commonAnnotationsEnvsubst: true };
      const [first] = await renderer.render(source, { build, kustomize });
      return first?.metadata.annotations?.["revision"];
    };
    expect([await annotated("aaaa"), await annotated("bbbb"), await annotated("aaaa")]).toStrictEqual([
      "aaaa",
      "bbbb",
      "aaaa",
    ]);
    const prefixed = await renderer.render(source, { ...SETTINGS, kustomize: { namePrefix: "p-" } });
    const plain = await renderer.render(source, SETTINGS);
    expect([prefixed, plain].map(([first]) => first?.metadata.name)).toStrictEqual(["p-a", "a"]);
  });

  it("may be removed while several processes render: a result is right, or it is none", async () => {
    const cacheFolder = scene.newFolder();
    const sources = await Promise.all(
      ["a", "b", "c"].map((name) => scene.sourceOf({ ...files, "k8s/a.yaml": configMap(name) })),
    );
    const renders = sources.flatMap((source) =>
      [1, 2].map(() => createRenderer({ cacheFolder }).render(source, SETTINGS)),
    );
    const settled = Promise.allSettled(renders);
    const removing = setInterval(() => rmSync(cacheFolder, { recursive: true, force: true, maxRetries: 3 }), 40);
    const outcomes = await settled.finally(() => clearInterval(removing));
    outcomes.forEach((outcome, index) => {
      if (outcome.status === "fulfilled")
        expect(outcome.value.map(({ metadata }) => metadata.name)).toStrictEqual([
          ["a", "a", "b", "b", "c", "c"][index],
        ]);
      else expect(outcome.reason).toMatchObject({ retryable: true });
    });
  });

  it("follows a base that begins to use another folder", async () => {
    const renderer = createRenderer({ cacheFolder: scene.newFolder() });
    const overlay = { "k8s/kustomization.yaml": "resources: [../base]\n", "base/a.yaml": configMap("a") };
    const first = { ...overlay, "base/kustomization.yaml": "resources: [a.yaml]\n" };
    const then = (name: string) => ({
      ...overlay,
      "base/kustomization.yaml": "resources: [a.yaml, ../other]\n",
      "other/kustomization.yaml": "resources: [o.yaml]\n",
      "other/o.yaml": configMap(name),
    });
    const names = [];
    for (const all of [first, then("one"), then("two"), first]) {
      const manifests = await renderer.render(await scene.sourceOf(all), SETTINGS);
      names.push(manifests.map(({ metadata }) => metadata.name).join());
    }
    expect(names).toStrictEqual(["a", "a,one", "a,two", "a"]);
  });

  it("notices a component that was missing before", async () => {
    const renderer = createRenderer({ cacheFolder: scene.newFolder() });
    const kustomize = { components: ["../c"], ignoreMissingComponents: true };
    const component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\n";
    const names = [files, { ...files, "c/kustomization.yaml": component }, files].map(async (all) => {
      const [first] = await renderer.render(await scene.sourceOf(all), { ...SETTINGS, kustomize });
      return first?.metadata.name;
    });
    expect(await Promise.all(names)).toStrictEqual(["a", "c-a", "a"]);
  });
});
