// node render.ts JOBS-FILE CACHE-FOLDER: renders applications one by one, all at once, and all again from the cache.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { readInsteadOf } from "../../components/git/instead-of.ts";
import type { FetchedSource } from "../../components/git/repository.ts";
import { createGit } from "../../components/git/repository.ts";
import { createRenderer } from "../../components/render/render.ts";
import type { RenderSettings } from "../../components/render/settings.ts";
import { secondsOf } from "../clock.ts";

/** One application to render. */
export interface RenderJob {
  readonly application: string;
  readonly namespace: string;
  readonly repoURL: string;
  readonly path: string;
}

/** Seconds. */
export interface RenderedAlone {
  /** One render with nothing beside it: the middle of several. */
  readonly single: number;
  readonly cold: number;
  /** Again in a process that has rendered them, with what it keeps on disk only. */
  readonly warm: number;
  readonly objects: number;
}

const SINGLES = 5;

const [file = "", cacheFolder = ""] = process.argv.slice(2);
const jobs = JSON.parse(await readFile(file, "utf8")) as readonly RenderJob[];
const git = createGit({ cacheFolder: join(cacheFolder, "git"), insteadOf: await readInsteadOf(process.env) });
const sources = await Promise.all(jobs.map(fetchSource));

const alone = createRenderer({ cacheFolder: join(cacheFolder, "single") });
const singles: number[] = [];
for (const [source, settings] of sources.slice(0, SINGLES))
  singles.push(await secondsOf(() => alone.render(source, settings)));
const newRenderer = () => createRenderer({ cacheFolder: join(cacheFolder, "all") });
const cold = await secondsOf(() => renderAll(newRenderer()));
let objects = 0;
const warm = await secondsOf(async () => {
  objects = (await renderAll(newRenderer())).flat().length;
});
const single = singles.toSorted((a, b) => a - b)[Math.floor(singles.length / 2)] ?? 0;
const found: RenderedAlone = { single, cold, warm, objects };
process.stdout.write(JSON.stringify(found));
process.exit(0);

async function fetchSource(job: RenderJob): Promise<readonly [FetchedSource, RenderSettings]> {
  const { application, namespace, repoURL, path } = job;
  const { commit } = await git.resolve(repoURL, { revision: "main" });
  const build = { application, namespace, project: "default", revision: commit, repoURL, path, targetRevision: "main" };
  return [await git.fetch(repoURL, commit, path), { build }];
}

function renderAll(renderer: ReturnType<typeof createRenderer>) {
  return Promise.all(sources.map(([source, settings]) => renderer.render(source, settings)));
}
