import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { KustomizeOptions } from "../../components/application/kustomize.ts";
import { createGit } from "../../components/git/repository.ts";
import type { Git } from "../../components/git/repository.ts";
import { folderJob, planOf } from "../../components/render/job.ts";
import { readKubernetesYaml } from "../../components/render/kubernetes-yaml.ts";
import { createRenderer } from "../../components/render/render.ts";
import type { Renderer } from "../../components/render/render.ts";
import { createTools, DEFAULT_LIMITS } from "../../components/render/tools.ts";
import type { Tool } from "../../components/render/tools.ts";
import { generatedTree, HAND_MADE } from "../support/kustomize-corpus.ts";
import type { Tree } from "../support/kustomize-corpus.ts";
import { openRenderingScene, SETTINGS } from "../support/rendering.ts";
import type { RenderingScene } from "../support/rendering.ts";

const GENERATED = Array.from({ length: 12 }, (_, seed) => generatedTree(seed));
/** What the settings of an Application are laid over. */
const EDITED: Tree = {
  title: "what is edited below",
  files: {
    ...HAND_MADE[0]?.files,
    "left/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: '-left'\n",
  },
};
const TREES = [...HAND_MADE, ...GENERATED, EDITED];

let scene: RenderingScene;
let git: Git;
let renderer: Renderer;
/** All trees, each in a folder of its own: on disk, and in one commit. */
let folder: string;
let work: string;
let repoURL: string;
let commit: string;

beforeAll(async () => {
  scene = await openRenderingScene();
  folder = scene.newFolder();
  const files = Object.fromEntries(
    TREES.flatMap((tree, index) =>
      Object.entries(tree.files).map(([path, text]) => [`${index}/${path}`, text] as const),
    ),
  );
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  ({ repoURL, commit } = await scene.sourceOf(files, "."));
  git = createGit({ cacheFolder: scene.newFolder(), insteadOf: [], pauses: [] });
  work = scene.newFolder();
  renderer = createRenderer({ cacheFolder: scene.newFolder() });
});
afterAll(() => scene.close());

/** What kubectl itself makes of plain files, one character a byte; undefined when it fails. @param path of the kustomization's folder */
function built(path: string): string | undefined {
  const { status, stdout } = spawnSync("kubectl", ["kustomize", path], { encoding: "latin1" });
  return status === 0 ? stdout : undefined;
}

/** As JSON with members in its order. */
function parsed(output: string | undefined): string | undefined {
  if (output === undefined) return undefined;
  const { documents } = readKubernetesYaml("", Buffer.from(output, "latin1").toString("utf8"));
  return JSON.stringify(documents.map(({ value }) => value));
}

async function rendered(index: number): Promise<string | undefined> {
  const source = await git.fetch(repoURL, commit, `${index}/overlay`);
  return renderer.render(source, SETTINGS).then(
    (manifests) => JSON.stringify(manifests),
    () => undefined,
  );
}

/** What the child of a render puts out, before any of it is read, one character a byte; undefined when it fails. */
async function renderedBytes(index: number, kustomize: KustomizeOptions = {}): Promise<string | undefined> {
  const tools = createTools({ path: process.env["PATH"], limits: DEFAULT_LIMITS });
  let output: string | undefined;
  const run: Tool["run"] = async (args, place) => {
    const result = await tools.kubectl.run(args, place);
    output = result.code === 0 ? result.stdout.toString("latin1") : undefined;
    return result;
  };
  const shop = { tools: { ...tools, kubectl: { ...tools.kubectl, run } }, workFolder: () => Promise.resolve(work) };
  const settings = { ...SETTINGS, kustomize };
  const source = await git.fetch(repoURL, commit, `${index}/overlay`);
  const job = await folderJob(shop, source, settings, await planOf(source, settings));
  await job.work();
  return output;
}

describe("a kustomization renders to what kustomize build makes of it, byte for byte and then as objects:", () => {
  it.each(TREES.map(({ title }, index) => [title, index] as const))("%s", async (_, index) => {
    const expected = built(join(folder, String(index), "overlay"));
    if (index < HAND_MADE.length) expect(expected).toMatch(/^kind: /m);
    expect(await renderedBytes(index)).toBe(expected);
    expect(await rendered(index)).toBe(parsed(expected));
  });
});

describe("settings of an Application render to what kustomize build makes of a file that says the same, byte for byte:", () => {
  const IMAGE = "registry.example.com/my-org/api";
  const PATCH = "- {op: add, path: /spec/type, value: NodePort}";

  it.each<[string, KustomizeOptions, string]>([
    ["prefix and suffix", { namePrefix: "a-", nameSuffix: "-b" }, "namePrefix: a-\nnameSuffix: -b\n"],
    ["namespace", { namespace: "qa" }, "namespace: qa\n"],
    ["an image's tag", { images: [`${IMAGE}:v2`] }, `images: [{name: ${IMAGE}, newTag: v2}]\n`],
    [
      "an image's name and digest",
      { images: [`${IMAGE}=mirror/api@sha256:${"0".repeat(64)}`] },
      `images: [{name: ${IMAGE}, newName: mirror/api, digest: "sha256:${"0".repeat(64)}"}]\n`,
    ],
    ["replicas", { replicas: [{ name: "api", count: 5 }] }, "replicas: [{name: api, count: 5}]\n"],
    ["labels", { commonLabels: { team: "x", number: "0644" } }, 'commonLabels: {team: x, number: "0644"}\n'],
    [
      "labels without selectors, in templates",
      { commonLabels: { team: "x" }, labelWithoutSelector: true, labelIncludeTemplates: true },
      "labels: [{pairs: {team: x}, includeTemplates: true}]\n",
    ],
    ["annotations", { commonAnnotations: { on: "yes" } }, 'commonAnnotations: {"on": "yes"}\n'],
    [
      "patches",
      { patches: [{ patch: PATCH, target: { kind: "Service" } }] },
      `patches: [{patch: "${PATCH}", target: {kind: Service}}]\n`,
    ],
    ["components", { components: ["../left"] }, "components: [../left]\n"],
  ])("%s", async (_, options, text) => {
    const plain = join(folder, String(TREES.indexOf(EDITED)));
    const copy = scene.newFolder();
    cpSync(plain, copy, { recursive: true });
    const file = join(copy, "overlay", "kustomization.yaml");
    writeFileSync(file, readFileSync(file, "utf8") + text);
    const expected = built(join(copy, "overlay"));
    expect(expected).toMatch(/^kind: /m);
    expect(expected).not.toBe(built(join(plain, "overlay")));
    expect(await renderedBytes(TREES.indexOf(EDITED), options)).toBe(expected);
  });
});
