import { posix } from "node:path";

import type { Failure } from "../error.ts";
import { formatFailure, GitOpsError } from "../error.ts";
import type { FetchedSource } from "../git/repository.ts";
import { digest } from "../manifest/json.ts";
import { chartIn } from "./chart.ts";
import type { Chart } from "./chart.ts";
import { findClosure } from "./closure.ts";
import type { Closure } from "./closure.ts";
import { readDirectory } from "./directory.ts";
import { runHelm } from "./helm.ts";
import { helmRunOf, withParameters } from "./helm-options.ts";
import { findFiles, resolveValueFile } from "./helm-values.ts";
import { runKustomize } from "./kustomize.ts";
import { editKustomization } from "./kustomize-edit.ts";
import { expandKustomize, withoutMissing } from "./kustomize-options.ts";
import type { CheckedManifests } from "./manifests.ts";
import { FORMAT } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { overriddenSettings, typeOf } from "./settings.ts";
import type { RenderSettings } from "./settings.ts";
import type { Tools } from "./tools.ts";
import { variablesOf } from "./variables.ts";
import type { Variables } from "./variables.ts";

/** What renders, and where it may write. */
export interface Workshop {
  readonly tools: Tools;
  /** A private folder for work under way. */
  readonly workFolder: () => Promise<string>;
}

/** One render: what its result depends on, and how it is done. */
export interface Job {
  readonly place: string;
  readonly key: string;
  readonly work: () => Promise<CheckedManifests>;
}

/** What was found out while planning is not looked for again. */
export interface Planned {
  readonly plan: Plan;
  readonly closure?: Closure;
}

/** Reads what a folder says of its own render. */
export async function planOf(source: FetchedSource, settings: RenderSettings): Promise<Planned> {
  const entries = (await source.list(source.path)) ?? [];
  const overridden = await overriddenSettings(source, entries, settings);
  if (overridden.failures.length > 0) throw invalid(placeOf(source), overridden.failures);
  const type = typeOf(overridden.settings, entries);
  const plan: Plan = { type, settings: overridden.settings, outside: [] };
  if (type !== "kustomize") return { plan };
  const { closure, missing } = await closureOf(source, plan, variablesOf(settings.build));
  const outside = [...closure.outside, ...missing].map((folder) => posix.relative(source.path, folder));
  return { plan: { ...plan, outside }, closure };
}

/** What a kustomization with the settings laid over it reads. */
async function closureOf(source: FetchedSource, plan: Plan, variables: Variables) {
  const expanded = expandKustomize(plan.settings.kustomize ?? {}, variables);
  const { options, missing } = await withoutMissing(source, expanded);
  const { closure, failures } = await findClosure(source, (value) => editKustomization(value, options));
  if (closure === undefined) throw invalid(placeOf(source), failures);
  return { closure, missing };
}

/** The render of a folder that has been planned. */
export function folderJob(
  shop: Workshop,
  source: FetchedSource,
  settings: RenderSettings,
  planned: Planned,
): Promise<Job> {
  const { type, settings: own } = planned.plan;
  if (type === "kustomize") return kustomizeJob(shop, source, settings, planned);
  if (type === "helm") return chartJob(shop, chartIn(source), { ...settings, ...own });
  const { directory = {} } = own;
  const key = keyOf("directory", "", [source.treeHash, directory]);
  return Promise.resolve({ place: placeOf(source), key, work: () => readDirectory(source, directory) });
}

async function kustomizeJob(
  { tools, workFolder }: Workshop,
  source: FetchedSource,
  { build }: RenderSettings,
  { plan, closure }: Planned,
): Promise<Job> {
  const variables = variablesOf(build);
  const [version, hashes] = await Promise.all([
    tools.kubectl.version(),
    source.hashesOf(plan.outside.map((folder) => posix.join(source.path, folder))),
  ]);
  const options = expandKustomize(plan.settings.kustomize ?? {}, variables);
  const work = async () =>
    runKustomize(
      tools.kubectl,
      source,
      closure ?? (await closureOf(source, plan, variables)).closure,
      await workFolder(),
    );
  return {
    place: placeOf(source),
    key: keyOf("kustomize", version, [source.treeHash, plan.outside, hashes, options]),
    work,
  };
}

/** The render of a chart, wherever it stands. */
export async function chartJob({ tools, workFolder }: Workshop, chart: Chart, settings: RenderSettings): Promise<Job> {
  const { build, helm = {}, refs = {}, promoted = [] } = settings;
  const run = helmRunOf(withParameters(helm, promoted), build, variablesOf(build));
  const texts = [...run.valueFiles, ...run.fileParameters.map(({ path }) => path)];
  const resolved = texts.map((text) => resolveValueFile(text, chart, refs));
  const failures = resolved.flatMap((file) => ("reason" in file ? [file] : []));
  if (failures.length > 0) throw invalid(chart.origin, failures);
  const files = resolved.flatMap((file) => ("reason" in file ? [] : [file]));
  const [version, found] = await Promise.all([tools.helm.version(), findFiles(files)]);
  const key = keyOf("helm", version, [chart.digest, run, found.map((file) => file?.entry.hash)]);
  const work = async () => runHelm(tools.helm, { chart, run, files, found }, await workFolder());
  return { place: chart.origin, key, work };
}

function keyOf(type: string, version: string, content: readonly unknown[]): string {
  return `result-${digest([FORMAT, type, version, content])}`;
}

/** All mistakes in one error. */
export function invalid(place: string, failures: readonly Failure[]): GitOpsError {
  return new GitOpsError(`${place}: ${failures.map(formatFailure).join("; ")}`, { code: "Invalid" });
}

function placeOf({ repoURL, commit }: FetchedSource): string {
  return `${repoURL} at ${commit.slice(0, 7)}`;
}
