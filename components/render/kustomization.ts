import { hint } from "../application/suggest.ts";
import type { Failure } from "../error.ts";
import { folderOf } from "../git/tree.ts";
import { isMembers } from "../manifest/json.ts";
import type { Members } from "../manifest/json.ts";
import { readKubernetesYaml } from "./kubernetes-yaml.ts";
import type { Edited } from "./kustomize-edit.ts";
import { generators, join, none, openapi, patches, paths, refuse, replacements } from "./mention.ts";
import type { Mentions } from "./mention.ts";
import type { Reference } from "./reference.ts";
import { resolveMentions } from "./resolve.ts";

export const KUSTOMIZATION_NAMES: readonly string[] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

export interface Kustomization {
  readonly file: string;
  /** What kustomize is given in place of the file's text, so that it cannot read something else in it than was checked. */
  readonly value: Members;
  readonly references: readonly Reference[];
}

export type Edit = (value: Members) => Edited;

type Read = (value: unknown, key: string) => Mentions;

const HELM: Read = (_, key) => refuse(key, "Helm charts are not rendered");
const HARMLESS: Read = none;

/** Every top-level key of kustomize 5.8 (api/types/kustomization.go). */
const KEYS: Readonly<Record<string, Read>> = {
  ...Object.fromEntries(
    [
      ...["apiVersion", "kind", "metadata", "namePrefix", "nameSuffix", "namespace", "commonLabels", "labels"],
      ...[
        "commonAnnotations",
        "images",
        "imageTags",
        "replicas",
        "vars",
        "sortOptions",
        "generatorOptions",
        "buildMetadata",
      ],
    ].map((key) => [key, HARMLESS]),
  ),
  ...Object.fromEntries(["helmCharts", "helmGlobals", "helmChartInflationGenerator"].map((key) => [key, HELM])),
  resources: (value, key) => paths("resource", value, key),
  bases: (value, key) => paths("resource", value, key),
  components: (value, key) => paths("component", value, key),
  generators: (value, key) => paths("plugin", value, key),
  transformers: (value, key) => paths("plugin", value, key),
  validators: (value, key) => paths("plugin", value, key),
  crds: (value, key) => paths("file", value, key),
  configurations: (value, key) => paths("file", value, key),
  patchesStrategicMerge: (value, key) => paths("file", value, key),
  patches,
  patchesJson6902: patches,
  replacements,
  configMapGenerator: generators,
  secretGenerator: generators,
  openapi,
};

/**
 * Reads a kustomization and everything it names, before kustomize sees it.
 * @param asPlugins whether its resources are settings of generators and transformers
 * @param edit lays something over it before that
 */
export function readKustomization(
  file: string,
  text: string,
  asPlugins: boolean,
  edit?: Edit,
): { readonly kustomization?: Kustomization; readonly failures: readonly Failure[] } {
  const { documents, failures } = readKubernetesYaml(file, text);
  if (failures.length > 0) return { failures };
  const [document, second] = documents;
  if (second !== undefined)
    return { failures: [{ file, line: second.line, property: "", reason: "expected one YAML document" }] };
  if (document === undefined || !isMembers(document.value)) {
    return { failures: [{ file, line: 1, property: "", reason: "expected a kustomization, found none" }] };
  }
  const { lines } = document;
  const { value, problems } = edit?.(document.value) ?? { value: document.value, problems: [] };
  const mentions = join(Object.entries(value).map(([key, member]) => readKey(key, member)));
  const place = { file, folder: folderOf(file), lines };
  const resolved = resolveMentions(place, asPlugins ? pluginized(mentions) : mentions);
  // What is named rightly is looked at even if something else is wrong.
  const unedited = problems.map((reason) => ({ file, line: 1, property: "", reason }));
  return {
    kustomization: { file, value, references: resolved.references },
    failures: [...unedited, ...resolved.failures],
  };
}

function readKey(key: string, value: unknown): Mentions {
  const read = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  if (read === undefined) return refuse(key, `unknown key: ${hint(key, Object.keys(KEYS))}`);
  return value === null ? none() : read(value, key);
}

function pluginized({ mentions, wrong }: Mentions): Mentions {
  return {
    mentions: mentions.map((mention) => (mention.use === "resource" ? { ...mention, use: "plugin" } : mention)),
    wrong,
  };
}
