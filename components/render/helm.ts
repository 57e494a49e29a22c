import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import type { Failure } from "../error.ts";
import { isMembers } from "../manifest/json.ts";
import type { Chart } from "./chart.ts";
import type { HelmRun } from "./helm-options.ts";
import { failure } from "./helm-values.ts";
import type { FoundFile, ValueFile } from "./helm-values.ts";
import { readKubernetesYaml } from "./kubernetes-yaml.ts";
import { checkManifests } from "./manifests.ts";
import type { CheckedManifests } from "./manifests.ts";
import { causeIn, refuseKilled } from "./outcome.ts";
import { decodeText } from "./text.ts";
import type { Tool } from "./tools.ts";
import { inWorkFolder } from "./work.ts";
import type { WorkFolder } from "./work.ts";

/** A chart and all that is laid over its values. */
export interface HelmJob {
  readonly chart: Chart;
  readonly run: HelmRun;
  /** In the order of `run.valueFiles`, then `run.fileParameters`, and what was found of them. */
  readonly files: readonly ValueFile[];
  readonly found: readonly (FoundFile | undefined)[];
}

const MAX_BYTES = 10 * 1024 * 1024;

/** `helm template` in a private folder, without network: never an installation, so hooks stay annotations. */
export async function runHelm(helm: Tool, job: HelmJob, workFolder: string): Promise<CheckedManifests> {
  const missing = job.files.flatMap((file, index) => ("source" in file ? missingFile(job, file, index) : []));
  if (missing.length > 0) return { manifests: [], failures: missing };
  return inWorkFolder(workFolder, async (folder) => {
    for await (const { path, content } of job.chart.files()) await folder.write(join("chart", path), content);
    const files = await placeFiles(job, folder);
    if ("failures" in files) return { manifests: [], failures: files.failures };
    const result = await helm.run(await argumentsOf(job, files.paths, folder), folder.path);
    refuseKilled(job.chart.name, "helm", result);
    return result.code === 0
      ? readOutput(result.stdout.toString("utf8"))
      : { manifests: [], failures: [await explain(job.chart, folder.path, causeIn(result.stderr, folder.path))] };
  });
}

/** Whether a value file may be missing; a file parameter may not. */
function mayBeMissing({ run }: HelmJob, index: number): boolean {
  return run.ignoreMissing && index < run.valueFiles.length;
}

function missingFile(job: HelmJob, { text }: ValueFile, index: number): readonly Failure[] {
  const entry = job.found[index]?.entry;
  if (entry === undefined) return mayBeMissing(job, index) ? [] : [failure(text, "does not exist")];
  return entry.type === "file" ? [] : [failure(text, `expected a file, found a ${entry.type}`)];
}

/** Where each file lies in the folder; undefined for one that may be missing and is. */
async function placeFiles(
  job: HelmJob,
  folder: WorkFolder,
): Promise<{ readonly paths: readonly (string | undefined)[] } | { readonly failures: readonly Failure[] }> {
  const failures: Failure[] = [];
  const paths = await Promise.all(
    job.files.map(async (file, index) => {
      const found = job.found[index];
      if ("source" in file) return found === undefined ? undefined : writeFound(found, folder, `values-${index}`);
      const path = join(folder.path, "chart", file.inChart);
      if ((await stat(path).catch(() => undefined))?.isFile() === true) return path;
      if (!mayBeMissing(job, index)) failures.push(failure(file.text, "does not exist in the chart"));
      return undefined;
    }),
  );
  return failures.length > 0 ? { failures } : { paths };
}

async function writeFound({ source, entry }: FoundFile, folder: WorkFolder, name: string): Promise<string> {
  for await (const { content } of source.contents([entry], MAX_BYTES)) await folder.write(name, content);
  return join(folder.path, name);
}

async function argumentsOf({ run }: HelmJob, paths: readonly (string | undefined)[], folder: WorkFolder) {
  const valueFiles = paths.slice(0, run.valueFiles.length).filter((path) => path !== undefined);
  if (run.inline !== undefined) {
    valueFiles.push(await folder.write("inline", run.inline));
  }
  const fileParameters = run.fileParameters.map(
    ({ name }, index) => `--set-file=${name}=${paths[run.valueFiles.length + index] ?? ""}`,
  );
  return [
    "template",
    `--namespace=${run.namespace}`,
    ...run.flags,
    ...valueFiles.map((path) => `--values=${path}`),
    ...run.parameters.map(({ flag, text }) => `${flag}=${text}`),
    ...fileParameters,
    ...["--", run.releaseName, join(folder.path, "chart")],
  ];
}

/** Each object with the template it comes from, which Helm notes in a comment. */
function readOutput(text: string): CheckedManifests {
  const templateAt = templatesOf(text);
  const { documents, failures } = readKubernetesYaml("", text);
  if (failures.length > 0) {
    return {
      manifests: [],
      failures: failures.map(({ line = 1, property, reason }) => ({ file: templateAt(line), property, reason })),
    };
  }
  return checkManifests(documents.map(({ value, line }) => ({ value, file: templateAt(line) })));
}

function templatesOf(text: string): (line: number) => string {
  const marks = text.split("\n").flatMap((line, index) => {
    const file = /^# Source: (\S.*)$/.exec(line)?.[1];
    return file === undefined ? [] : [{ line: index + 1, file }];
  });
  return (line) => marks.findLast((mark) => mark.line <= line)?.file ?? "the output of helm";
}

/** Helm's own words, and for a missing dependency what to do, and where. */
async function explain(chart: Chart, folder: string, cause: string): Promise<Failure> {
  const file = chart.source === undefined ? chart.name : join(chart.name, "Chart.yaml");
  const missing = /missing in charts\/ directory: ([\w., -]+)/.exec(cause)?.[1];
  if (missing === undefined) return { file: chart.name, property: "", reason: `helm: ${cause}` };
  const advice = "dependencies are not fetched: run `helm dependency update` and commit charts/";
  return {
    file,
    line: await lineOfDependencies(folder),
    property: "dependencies",
    reason: `${missing} is not in charts/; ${advice}`,
  };
}

async function lineOfDependencies(folder: string): Promise<number> {
  const decoded = decodeText("", await readFile(join(folder, "chart", "Chart.yaml")));
  const [document] = "failure" in decoded ? [] : readKubernetesYaml("", decoded.text).documents;
  return isMembers(document?.value) ? (document.lines.get("dependencies") ?? 1) : 1;
}
