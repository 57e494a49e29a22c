import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createGit } from "../../components/git/repository.ts";
import type { FetchedSource } from "../../components/git/repository.ts";
import type { Manifest } from "../../components/manifest/object.ts";
import { createRenderer } from "../../components/render/render.ts";
import type { RendererOptions } from "../../components/render/render.ts";
import type { RenderSettings } from "../../components/render/settings.ts";
import { commitFiles, createRepository, startGitServer } from "./git-server.ts";

export type Files = Readonly<Record<string, string | Buffer>>;

/** What an Application without any settings of its own is rendered with. */
export const SETTINGS: RenderSettings = {
  build: {
    application: "api",
    namespace: "qa",
    project: "default",
    revision: "0123456789abcdef0123456789abcdef01234567",
    repoURL: "https://git.example.com/api.git",
    path: "k8s",
    targetRevision: "main",
  },
};

/** Repositories on a real Git server, rendered by the real programs. */
export interface RenderingScene {
  newFolder(): string;
  /** The folder of a new repository that holds nothing but these files. */
  sourceOf(files: Files, path?: string): Promise<FetchedSource>;
  /** Renders it with an empty cache. */
  render(
    files: Files,
    settings?: Partial<RenderSettings>,
    path?: string,
    options?: Partial<RendererOptions>,
  ): Promise<readonly Manifest[]>;
  close(): Promise<void>;
}

export async function openRenderingScene(): Promise<RenderingScene> {
  const server = await startGitServer();
  const work = mkdtempSync(join(tmpdir(), "render-test-"));
  let repositories = 0;
  const newFolder = (): string => mkdtempSync(join(work, "f-"));
  const sourceOf: RenderingScene["sourceOf"] = async (files, path = "k8s") => {
    const name = `scene-${repositories++}.git`;
    const commit = commitFiles(createRepository(server, name), files);
    const git = createGit({ cacheFolder: join(newFolder(), "git"), insteadOf: [], pauses: [] });
    return git.fetch(`${server.url}/${name}`, commit, path);
  };
  return {
    newFolder,
    sourceOf,
    render: async (files, settings = {}, path = "k8s", options = {}) => {
      const renderer = createRenderer({ cacheFolder: join(newFolder(), "render"), ...options });
      return renderer.render(await sourceOf(files, path), { ...SETTINGS, ...settings });
    },
    close: async () => {
      await server.close();
      rmSync(work, { recursive: true, force: true });
    },
  };
}
