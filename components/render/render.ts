import { join } from "node:path";

import { evictOldest } from "../git/evict.ts";
import type { FetchedSource } from "../git/repository.ts";
import { isList } from "../manifest/json.ts";
import type { Manifest } from "../manifest/object.ts";
import { createCache } from "./cache.ts";
import type { Cache } from "./cache.ts";
import type { Chart } from "./chart.ts";
import { chartJob, folderJob, invalid, planOf } from "./job.ts";
import type { Job, Workshop } from "./job.ts";
import { isPlan, planKey } from "./plan.ts";
import type { RenderSettings } from "./settings.ts";
import { createTools, DEFAULT_LIMITS } from "./tools.ts";
import type { RenderLimits } from "./tools.ts";

export interface RendererOptions {
  /** Made when it is not there; may be removed at any time. */
  readonly cacheFolder: string;
  /** Absolute paths of the programs. @default the ones on PATH */
  readonly kubectl?: string;
  readonly helm?: string;
  readonly limits?: Partial<RenderLimits>;
}

/** Turns a folder of a commit, or a chart, into Kubernetes objects. */
export interface Renderer {
  /**
   * By what the settings name; else Kustomize where there is a kustomization, Helm where there is a chart, or the plain manifests of the
   * folder. Equal content is rendered once, across runs. Rendering nothing is an empty list: whether that may prune is for the caller to say.
   * @throws GitOpsError Invalid with all mistakes, each with file and line; Refused when a limit is reached; Unsupported for Jsonnet
   */
  render(source: FetchedSource, settings: RenderSettings): Promise<readonly Manifest[]>;
  /** A chart that stands in no folder. @throws as `render` does */
  renderChart(chart: Chart, settings: RenderSettings): Promise<readonly Manifest[]>;
}

interface Rendering extends Workshop {
  readonly cache: Cache;
  readonly underWay: Map<string, Promise<readonly Manifest[]>>;
}

export function createRenderer({ cacheFolder, limits, ...programs }: RendererOptions): Renderer {
  const path = process.env["PATH"];
  const workFolder = join(cacheFolder, "work");
  let tidying: Promise<string> | undefined;
  const rendering: Rendering = {
    cache: createCache(join(cacheFolder, "results")),
    tools: createTools({ path, limits: { ...DEFAULT_LIMITS, ...limits }, ...programs }),
    workFolder: () => (tidying ??= tidy(workFolder)),
    underWay: new Map(),
  };
  return {
    render: (source, settings) => render(rendering, source, settings),
    renderChart: async (chart, settings) => share(rendering, await chartJob(rendering, chart, settings)),
  };
}

/** What killed processes have left there goes; a folder that is not there holds nothing. */
async function tidy(folder: string): Promise<string> {
  const rules = { maxBytes: Infinity, maxAgeMs: Infinity, sizeOf: () => Promise.resolve(0) };
  await evictOldest(folder, rules).catch(() => undefined);
  return folder;
}

async function render(
  rendering: Rendering,
  source: FetchedSource,
  settings: RenderSettings,
): Promise<readonly Manifest[]> {
  const recalled = await recall(rendering, source, settings);
  if (recalled !== undefined) return recalled;
  const planned = await planOf(source, settings);
  const manifests = await share(rendering, await folderJob(rendering, source, settings, planned));
  await rendering.cache.put(planKey(source, settings), planned.plan);
  return manifests;
}

/**
 * The result of an earlier render of the same content: no file of the source is read for it. A plan only leads to a result; without
 * one it is of no use, for what it says of folders elsewhere may no longer be all of them.
 */
async function recall(
  rendering: Rendering,
  source: FetchedSource,
  settings: RenderSettings,
): Promise<readonly Manifest[] | undefined> {
  const plan = await rendering.cache.get(planKey(source, settings));
  if (!isPlan(plan)) return undefined;
  const { key } = await folderJob(rendering, source, settings, { plan });
  const result = await rendering.cache.get(key);
  return isList(result) ? (result as readonly Manifest[]) : undefined;
}

/** One render for all that ask for the same content at the same time, and for later runs. */
async function share(
  { cache, underWay }: Pick<Rendering, "cache" | "underWay">,
  job: Job,
): Promise<readonly Manifest[]> {
  const known = await cache.get(job.key);
  if (isList(known)) return known as readonly Manifest[];
  const sharing = underWay.get(job.key) ?? finish(cache, job);
  underWay.set(job.key, sharing);
  try {
    return await sharing;
  } finally {
    underWay.delete(job.key);
  }
}

async function finish(cache: Cache, { place, key, work }: Job): Promise<readonly Manifest[]> {
  const { manifests, failures } = await work();
  if (failures.length > 0) throw invalid(place, failures);
  await cache.put(key, manifests);
  return manifests;
}
