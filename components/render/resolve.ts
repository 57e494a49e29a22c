import { quote } from "../application/quote.ts";
import type { Failure } from "../error.ts";
import { readKubernetesYaml } from "./kubernetes-yaml.ts";
import { join } from "./mention.ts";
import type { Mention, Mentions } from "./mention.ts";
import { readPlugin } from "./plugin.ts";
import { isBelow, resolveReference } from "./reference.ts";
import type { Reference } from "./reference.ts";

/** Where mentions stand. */
export interface Place {
  readonly file: string;
  /** What paths are relative to: the folder of the kustomization. */
  readonly folder: string;
  /** Of each value by its path. */
  readonly lines: ReadonlyMap<string, number>;
}

export interface Resolved {
  readonly references: readonly Reference[];
  readonly failures: readonly Failure[];
}

/** Turns what is written into paths of the repository. */
export function resolveMentions(place: Place, { mentions, wrong }: Mentions): Resolved {
  const resolved = mentions.map((mention) => resolveMention(place, mention));
  const failures = wrong.map(({ property, reason }) => ({
    file: place.file,
    line: lineOf(place, property),
    property,
    reason,
  }));
  return {
    references: resolved.flatMap(({ references }) => references),
    failures: [...failures, ...resolved.flatMap((result) => result.failures)],
  };
}

/** The settings of generators and transformers in a text, and the files they name. */
export function readPlugins(place: Omit<Place, "lines">, text: string): Resolved {
  const { documents, failures } = readKubernetesYaml(place.file, text);
  const resolved = documents.map(({ value, lines }) => resolveMentions({ ...place, lines }, readPlugin(value, "")));
  return {
    references: resolved.flatMap(({ references }) => references),
    failures: [...failures, ...resolved.flatMap((result) => result.failures)],
  };
}

function resolveMention(place: Place, { use, text, property }: Mention): Resolved {
  const line = lineOf(place, property);
  const fail = (reason: string): Resolved => ({
    references: [],
    failures: [{ file: place.file, line, property, reason }],
  });
  if (typeof text === "string" && isInline(text) && mayBeInline(use, property)) {
    return use === "plugin" ? inlinePlugins(place, text, property, line) : { references: [], failures: [] };
  }
  const resolved = resolveReference(place.folder, text);
  if ("reason" in resolved)
    return fail(typeof text === "string" ? `${resolved.reason}, found ${quote(text)}` : resolved.reason);
  if (use === "file" && !isBelow(resolved.path, place.folder)) {
    return fail(`expected a file in or below the folder of the kustomization, found ${quote(String(text))}`);
  }
  return { references: [{ use, path: resolved.path, property, line }], failures: [] };
}

/** In these places kustomize takes a text that is no path for the content itself. */
function mayBeInline(use: Mention["use"], property: string): boolean {
  return use === "plugin" || /^patchesStrategicMerge\[|(?:^|\.)paths\[/.test(property);
}

/** Never what begins like a URL: kustomize tries to load a text before it takes it for content. */
function isInline(text: string): boolean {
  return /\n|^\s*\{|: /.test(text) && !/^\s*[^\s:]*:\/\//.test(text);
}

function inlinePlugins(place: Place, text: string, property: string, line: number): Resolved {
  const { documents, failures } = readKubernetesYaml(place.file, text);
  const { references, failures: wrong } = resolveMentions(
    place,
    join(documents.map(({ value }) => readPlugin(value, property))),
  );
  // Lines within the text would be counted from its own beginning.
  return { references, failures: [...failures, ...wrong].map((failure) => ({ ...failure, line })) };
}

function lineOf({ lines }: Place, property: string): number {
  const top = property.split(/[.[]/, 1)[0] ?? "";
  return lines.get(property) ?? lines.get(top) ?? lines.get("") ?? 1;
}
