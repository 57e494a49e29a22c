import type { HelmParameter } from "../application/helm.ts";
import { mergeSettings, overrideFilesOf, readSourceOverride } from "../application/source-override.ts";
import type { SourceSettings } from "../application/source-override.ts";
import type { Failure } from "../error.ts";
import type { FetchedSource } from "../git/repository.ts";
import { nameOf, pathIn } from "../git/tree.ts";
import type { TreeEntry } from "../git/tree.ts";
import { KUSTOMIZATION_NAMES } from "./kustomization.ts";
import { decodeText } from "./text.ts";
import type { Build } from "./variables.ts";

/** How a source is rendered. */
export interface RenderSettings extends SourceSettings {
  readonly build: Build;
  /** Sources that value files are read from, by the name in `$ref/...`. */
  readonly refs?: Readonly<Record<string, FetchedSource>>;
  /** Parameters of promotion, if a chart is rendered: they win over those that stand anywhere else. */
  readonly promoted?: readonly HelmParameter[];
}

export type SourceType = "kustomize" | "helm" | "directory";

const MAX_BYTES = 1024 * 1024;

/** The settings of the Application, overridden by `.argocd-source.yaml` and `.argocd-source-<application>.yaml` of the folder. */
export async function overriddenSettings(
  source: FetchedSource,
  entries: readonly TreeEntry[],
  { kustomize, helm, directory, build }: RenderSettings,
): Promise<{ readonly settings: SourceSettings; readonly failures: readonly Failure[] }> {
  const paths = overrideFilesOf(build.application).map((name) => pathIn(source.path, name));
  const files = paths.flatMap((path) => entries.find((entry) => entry.path === path && entry.type !== "folder") ?? []);
  const failures: Failure[] = [];
  let settings: SourceSettings = {
    ...(kustomize && { kustomize }),
    ...(helm && { helm }),
    ...(directory && { directory }),
  };
  for await (const { path, content } of source.contents(files, MAX_BYTES)) {
    const decoded = decodeText(path, content);
    const override =
      "failure" in decoded ? { settings: {}, failures: [decoded.failure] } : readSourceOverride(path, decoded.text);
    settings = mergeSettings(settings, override.settings);
    failures.push(...override.failures);
  }
  const blocks = Object.keys(settings);
  if (blocks.length > 1)
    failures.push({
      file: source.path,
      property: "",
      reason: `expected one of kustomize, helm and directory, found ${blocks.join(" and ")}`,
    });
  return { settings, failures };
}

/** What the Application names, else what stands in the folder; a kustomization wins over a chart, as in Argo CD. */
export function typeOf(settings: SourceSettings, entries: readonly TreeEntry[]): SourceType {
  for (const type of ["kustomize", "helm", "directory"] as const) if (settings[type] !== undefined) return type;
  const names = new Set(entries.map(({ path }) => nameOf(path)));
  if (KUSTOMIZATION_NAMES.some((name) => names.has(name))) return "kustomize";
  return names.has("Chart.yaml") ? "helm" : "directory";
}
