import { posix } from "node:path";

import type { KustomizeOptions } from "../application/kustomize.ts";
import type { FetchedSource } from "../git/repository.ts";
import { resolveReference } from "./reference.ts";
import { expandVariables } from "./variables.ts";
import type { Variables } from "./variables.ts";

/** Puts the build environment in where Argo CD does: images, values of labels and, if asked for, of annotations. */
export function expandKustomize(options: KustomizeOptions, variables: Variables): KustomizeOptions {
  const { images, commonLabels, commonAnnotations } = options;
  const expand = (text: string): string => expandVariables(text, variables);
  const expandAll = (texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, expand(text)]));
  return {
    ...options,
    ...(images && { images: images.map(expand) }),
    ...(commonLabels && { commonLabels: expandAll(commonLabels) }),
    ...(commonAnnotations && options.commonAnnotationsEnvsubst && { commonAnnotations: expandAll(commonAnnotations) }),
  };
}

/** Without components that are not there, if they may be missing; `missing` are their folders. */
export async function withoutMissing(
  source: FetchedSource,
  options: KustomizeOptions,
): Promise<{ readonly options: KustomizeOptions; readonly missing: readonly string[] }> {
  const { components = [], ignoreMissingComponents } = options;
  if (ignoreMissingComponents !== true || components.length === 0) return { options, missing: [] };
  const resolved = components.map((component) => resolveReference(source.path, component));
  const paths = resolved.flatMap((reference) => ("path" in reference ? [reference.path] : []));
  const entries = await source.find(paths);
  const missing = paths.filter((path, index) => path !== "." && entries[index]?.path !== path);
  const kept = components.filter((_, index) => !isMissing(resolved[index], missing));
  return { options: { ...options, components: kept }, missing: missing.map((path) => posix.normalize(path)) };
}

/** What is refused is kept: the reason is told later. */
function isMissing(reference: ReturnType<typeof resolveReference> | undefined, missing: readonly string[]): boolean {
  return reference !== undefined && "path" in reference && missing.includes(reference.path);
}
