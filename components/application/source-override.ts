import type { Failure } from "../error.ts";
import type { Source } from "./application.ts";
import { readDocuments } from "./document.ts";
import { FIELDS } from "./fields.ts";
import { fail, readFields } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";
import { readSettings } from "./source.ts";

/** What renders a source, and how. */
export type SourceSettings = Pick<Source, "kustomize" | "helm" | "directory">;

/** Files beside the manifests that change how they are rendered; Argo CD and its Image Updater write them. The later wins. */
export function overrideFilesOf(application: string): readonly string[] {
  return [".argocd-source.yaml", `.argocd-source-${application}.yaml`];
}

/** Reads such a file: of a source it says `kustomize`, `helm` or `directory`; the rest means nothing there. */
export function readSourceOverride(
  file: string,
  text: string,
): { readonly settings: SourceSettings; readonly failures: readonly Failure[] } {
  const { documents, failures } = readDocuments(file, text);
  const [document, second] = documents;
  if (document === undefined) return { settings: {}, failures };
  const reader: Reader = { file, document, failures: [...document.failures] };
  const root: Place = { node: document.root, path: "", at: document.root };
  if (second !== undefined) fail(reader, root, "expected one YAML document");
  const fields = document.whole ? readFields(reader, root, FIELDS["spec.source"]) : undefined;
  return { settings: fields === undefined ? {} : readSettings(reader, fields), failures: reader.failures };
}

/** A JSON merge patch, as in Argo CD: maps are merged, everything else is replaced. */
export function mergeSettings(settings: SourceSettings, override: SourceSettings): SourceSettings {
  return merge(settings, override) as SourceSettings;
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const base = isMap(target) ? target : {};
  const merged = Object.entries(patch).map(([key, value]) => [key, merge(base[key], value)] as const);
  return { ...base, ...Object.fromEntries(merged) };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
