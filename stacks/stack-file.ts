import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Document, Node, Pair } from "yaml";
import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";

import type { Failure } from "../components/error.ts";

/** The configuration of a stack as its files have it, in the form in which Pulumi hands it to a program. */
export interface StackConfiguration {
  /** Texts by key, without `gitops:`; maps and lists are JSON. */
  readonly values: Readonly<Record<string, string>>;
  readonly failures: readonly Failure[];
}

interface YamlFile {
  readonly file: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}
type Entry = readonly [key: string, node: Node];

const PREFIX = "gitops:";

/** Names of the stacks that have a file `Pulumi.<stack>.yaml`. */
export function stacksIn(folder: string): readonly string[] {
  const files = globSync("Pulumi.*.yaml", { cwd: folder });
  return files.map((file) => file.slice("Pulumi.".length, -".yaml".length)).toSorted();
}

/**
 * What a program of the stack would be given, without asking Pulumi: the stack's file over the defaults of Pulumi.yaml. What these
 * files do not tell, such as an encrypted value, is a failure.
 */
export function readStackConfiguration(folder: string, stack: string): StackConfiguration {
  const project = openYaml(folder, "Pulumi.yaml");
  const own = openYaml(folder, `Pulumi.${stack}.yaml`);
  const defaults = entriesOf(project).flatMap(([key, node]) => defaultOf(key, node));
  const isSecret = ([, node]: Entry) => isMap(node) && node.has("secure");
  const entries = entriesOf(own).filter(([key]) => key.startsWith(PREFIX));
  const secrets = entries.filter(isSecret);
  const given = entries.filter((entry) => !isSecret(entry));
  const failures = [
    ...[project, own].flatMap(syntaxFailures),
    ...secrets.map(([key, node]) => failureAt(own, key, node, "is encrypted, which only Pulumi can read")),
    ...(own.document.has("environment")
      ? [failureAt(own, "environment", undefined, "imports configuration that is not in this file")]
      : []),
  ];
  const texts = [...defaults, ...given].map(([key, node]) => [key.replace(PREFIX, ""), textOf(node)] as const);
  return { values: Object.fromEntries(texts), failures };
}

function openYaml(folder: string, file: string): YamlFile {
  const lines = new LineCounter();
  return { file, lines, document: parseDocument(readFileSync(join(folder, file), "utf8"), { lineCounter: lines }) };
}

function syntaxFailures({ file, document }: YamlFile): readonly Failure[] {
  return document.errors.map(({ linePos, message }) => {
    const line = linePos?.[0].line;
    return { file, ...(line === undefined ? {} : { line }), property: "", reason: message.split("\n", 1)[0] ?? "" };
  });
}

function failureAt({ file, lines }: YamlFile, property: string, node: Node | undefined, reason: string): Failure {
  const start = node?.range?.[0];
  return { file, ...(start === undefined ? {} : { line: lines.linePos(start).line }), property, reason };
}

function entriesOf({ document }: YamlFile): readonly Entry[] {
  const config: unknown = document.get("config", true);
  if (!isMap(config)) return [];
  return config.items.flatMap(({ key, value }: Pair): readonly Entry[] =>
    isScalar(key) && isNode(value) ? [[String(key.value), value]] : [],
  );
}

/** A key of Pulumi.yaml without a colon is this project's; its default stands in a map with its type, or alone. */
function defaultOf(key: string, node: Node): readonly Entry[] {
  if (key.includes(":") && !key.startsWith(PREFIX)) return [];
  if (!isMap(node)) return [[key, node]];
  const given: unknown = node.get("default", true) ?? node.get("value", true);
  return isNode(given) ? [[key, given]] : [];
}

/** As Pulumi does: `1.10` is a number and becomes `1.1`, what is no scalar becomes JSON. */
function textOf(node: Node): string {
  if (!isScalar(node)) return JSON.stringify(node.toJSON());
  const { value, source = "" } = node;
  if (value === null) return "";
  const isExact = typeof value === "boolean" || (typeof value === "number" && !/^-?\d+$/.test(source));
  return isExact ? String(value) : source;
}
