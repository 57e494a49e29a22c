import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { createGit } from "../../components/git/repository.ts";
import type { Git } from "../../components/git/repository.ts";
import { readKubernetesYaml } from "../../components/render/kubernetes-yaml.ts";
import { createRenderer } from "../../components/render/render.ts";
import type { Renderer } from "../../components/render/render.ts";
import { generatedTree, HAND_MADE } from "../support/kustomize-corpus.ts";
import { openRenderingScene, SETTINGS } from "../support/rendering.ts";
import type { RenderingScene } from "../support/rendering.ts";

const GENERATED = Array.from({ length: 12 }, (_, seed) => generatedTree(seed));
const TREES = [...HAND_MADE, ...GENERATED];

let scene: RenderingScene;
let git: Git;
let renderer: Renderer;
/** All trees, each in a folder of its own: on disk, and in one commit. */
let folder: string;
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
  renderer = createRenderer({ cacheFolder: scene.newFolder() });
});
afterAll(() => scene.close());

/** What kubectl itself makes of the plain files, as JSON with members in its order; undefined when it fails. */
function built(index: number): string | undefined {
  const path = join(folder, String(index), "overlay");
  const { status, stdout } = spawnSync("kubectl", ["kustomize", path], { encoding: "utf8" });
  return status === 0 ? JSON.stringify(readKubernetesYaml("", stdout).documents.map(({ value }) => value)) : undefined;
}

async function rendered(index: number): Promise<string | undefined> {
  const source = await git.fetch(repoURL, commit, `${index}/overlay`);
  return renderer.render(source, SETTINGS).then(
    (manifests) => JSON.stringify(manifests),
    () => undefined,
  );
}

describe("a kustomization renders to what kustomize build makes of it:", () => {
  it.each(TREES.map(({ title }, index) => [title, index] as const))("%s", async (_, index) => {
    const expected = built(index);
    if (index < HAND_MADE.length) expect(expected).toBeDefined();
    expect(await rendered(index)).toBe(expected);
  });
});
