import { quote } from "../application/quote.ts";
import { isMembers } from "../manifest/json.ts";
import { join, path, paths, refuse, replacements, sources } from "./mention.ts";
import type { Mentions } from "./mention.ts";

/** What is built into kustomize 5 and runs nothing: no exec and container functions, no Helm. */
const BUILT_IN = new Set([
  ...["AnnotationsTransformer", "ConfigMapGenerator", "HashTransformer", "IAMPolicyGenerator", "ImageTagTransformer"],
  ...["LabelTransformer", "NamespaceTransformer", "PatchJson6902Transformer", "PatchStrategicMergeTransformer"],
  ...["PatchTransformer", "PrefixSuffixTransformer", "PrefixTransformer", "ReplacementTransformer"],
  ...["ReplicaCountTransformer", "SecretGenerator", "SortOrderTransformer", "SuffixTransformer", "ValueAddTransformer"],
]);

/** Keys under which a setting names a file; kustomize reads keys in any case, so another spelling is refused. */
const PATH_KEYS = ["path", "paths", "files", "envs", "env", "replacements"];

/** The settings of a generator, transformer or validator, and the files they name. */
export function readPlugin(value: unknown, property: string): Mentions {
  if (!isMembers(value)) return refuse(property, "expected the settings of a generator or transformer");
  const { apiVersion, kind, metadata } = value;
  if (apiVersion !== "builtin" || typeof kind !== "string" || !BUILT_IN.has(kind)) {
    return refuse(
      property,
      `only generators and transformers that are built into kustomize are run, found ${quote(String(kind))}`,
    );
  }
  const annotations =
    isMembers(metadata) && isMembers(metadata["annotations"]) ? Object.keys(metadata["annotations"]) : [];
  if (annotations.some((key) => /function/i.test(key))) return refuse(property, "functions are not run");
  const disguised = Object.keys(value).find((key) => !PATH_KEYS.includes(key) && PATH_KEYS.includes(key.toLowerCase()));
  if (disguised !== undefined) return refuse(property, `unknown key ${quote(disguised)}`);
  return join([
    path(value, property),
    paths("file", value["paths"], `${property}.paths`),
    sources(value, property),
    replacements(value["replacements"], `${property}.replacements`),
  ]);
}
