import { isAlias, isMap, isScalar, isSeq, Scalar } from "yaml";
import type { Alias, Node, YAMLMap } from "yaml";

import { memberPath, quote } from "../application/quote.ts";
import type { Failure } from "../error.ts";
import type { Json } from "../manifest/object.ts";
import { resolvePlain } from "../application/kubernetes-scalar.ts";

/** A value and what it counts: one for each node, and its texts. */
interface Anchored {
  readonly value: Json;
  readonly weight: number;
}

/** One conversion of one document. */
interface Conversion {
  readonly lineOf: (node: Node) => number;
  readonly failures: Failure[];
  readonly anchors: Map<string, Anchored>;
  /** Line of each value by its path. */
  readonly lines: Map<string, number>;
  /** An alias counts as all that it stands for, so that a few lines cannot become gigabytes. */
  weight: number;
}

export interface Converted {
  readonly value: Json;
  /** Line of each value by its path, such as `resources[0]`. */
  readonly lines: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
}

const MAX_WEIGHT = 32 * 1024 * 1024;
const MAX_DEPTH = 100;
const MAX_FAILURES = 20;
const CORE = "tag:yaml.org,2002:";

/** The JSON that Kubernetes reads in a YAML document that was parsed with the failsafe schema (every scalar a text). */
export function convert(root: Node, lineOf: (node: Node) => number): Converted {
  const conversion: Conversion = { lineOf, failures: [], anchors: new Map(), lines: new Map(), weight: 0 };
  const value = valueOf(conversion, root, "", 1);
  if (conversion.weight > MAX_WEIGHT)
    fail(conversion, root, "", "expands to more than can be handled: too many aliases (*name)");
  return { value, lines: conversion.lines, failures: conversion.failures };
}

function valueOf(conversion: Conversion, node: unknown, path: string, depth: number): Json {
  conversion.weight += 1;
  // What is left out when a limit is reached does not matter: the document is refused.
  if (conversion.weight > MAX_WEIGHT || !isNode(node)) return null;
  if (depth > MAX_DEPTH) return fail(conversion, node, "", `expected at most ${MAX_DEPTH} levels of nesting`);
  conversion.lines.set(path, conversion.lineOf(node));
  if (isAlias(node)) return aliased(conversion, node, path);
  const before = conversion.weight;
  const value = ownValue(conversion, node, path, depth);
  if (node.anchor !== undefined) conversion.anchors.set(node.anchor, { value, weight: conversion.weight - before });
  return value;
}

function ownValue(conversion: Conversion, node: Node, path: string, depth: number): Json {
  if (isScalar(node)) return scalarValue(conversion, node, path);
  checkTag(conversion, node, path);
  if (isMap(node)) return mapValue(conversion, node, path, depth);
  const items = isSeq(node) ? node.items : [];
  return items.map((item, index) => valueOf(conversion, item, `${path}[${index}]`, depth + 1));
}

function aliased(conversion: Conversion, alias: Alias, path: string): Json {
  const anchored = conversion.anchors.get(alias.source);
  if (anchored === undefined)
    return fail(conversion, alias, path, `no anchor ${quote(`&${alias.source}`)} stands before this alias`);
  conversion.weight += anchored.weight;
  return anchored.value;
}

/** Merge keys are applied in their place, so that they also win over what stands before them, as in Go. */
function mapValue(conversion: Conversion, map: YAMLMap, path: string, depth: number): Json {
  const members = new Map<string, Json>();
  const seen = new Map<string, Node>();
  for (const { key, value } of map.items) {
    if (!isNode(key)) continue;
    if (isMergeKey(key)) {
      merge(conversion, members, key, valueOf(conversion, value, path, depth + 1));
      continue;
    }
    const name = keyOf(conversion, key, path);
    if (name === undefined) continue;
    const place = memberPath(path, name);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, key);
    else fail(conversion, key, place, `duplicate key: it stands in line ${conversion.lineOf(first)} already`);
    members.set(name, valueOf(conversion, value, place, depth + 1));
  }
  return Object.fromEntries(members);
}

function isMergeKey(key: Node): boolean {
  if (!isScalar(key) || key.value !== "<<") return false;
  return key.tag === `${CORE}merge` || (key.type === Scalar.PLAIN && key.tag === undefined);
}

function merge(conversion: Conversion, members: Map<string, Json>, key: Node, value: Json): void {
  // In a list of maps the earlier ones win.
  const sources = Array.isArray(value) ? value.toReversed() : [value];
  for (const source of sources as readonly Json[]) {
    if (typeof source !== "object" || source === null || Array.isArray(source)) {
      fail(conversion, key, "<<", "expected a map or a list of maps to merge");
      return;
    }
    for (const [name, member] of Object.entries(source)) members.set(name, member);
  }
}

/** Keys are texts in JSON; Kubernetes writes booleans and numbers as such. */
function keyOf(conversion: Conversion, key: Node, path: string): string | undefined {
  const value = isScalar(key)
    ? scalarValue(conversion, key, path)
    : isAlias(key)
      ? aliased(conversion, key, path)
      : null;
  if (value === null || typeof value === "object") {
    fail(conversion, key, path, "expected a text as key");
    return undefined;
  }
  if (value !== "__proto__") return String(value);
  fail(conversion, key, path, "the key __proto__ is not allowed");
  return undefined;
}

function scalarValue(conversion: Conversion, node: Scalar, path: string): Json {
  const text = typeof node.value === "string" ? node.value : "";
  conversion.weight += text.length;
  const tag = checkTag(conversion, node, path);
  if (tag === "str" || (tag === undefined && node.type !== Scalar.PLAIN)) return text;
  if (tag === "binary") return Buffer.from(text, "base64").toString("utf8");
  const scalar = resolvePlain(text);
  if (tag !== undefined && scalar.type !== tag && !(tag === "float" && scalar.type === "int")) {
    return fail(conversion, node, path, `${quote(text)} is no ${tag}`);
  }
  return "problem" in scalar ? fail(conversion, node, path, scalar.problem) : scalar.value;
}

const SCALAR_TAGS = new Set(["str", "binary", "null", "bool", "int", "float"]);
const COLLECTION_TAGS = new Set(["map", "seq", "str"]);

/** The tag of a scalar, without its prefix. */
function checkTag(conversion: Conversion, node: Node, path: string): string | undefined {
  const { tag } = node;
  if (tag === undefined) return undefined;
  if (tag === "!") return "str";
  const name = tag.startsWith(CORE) ? tag.slice(CORE.length) : tag;
  const allowed = isScalar(node) ? SCALAR_TAGS : COLLECTION_TAGS;
  if (tag.startsWith(CORE) && allowed.has(name)) return name;
  fail(conversion, node, path, `the tag ${quote(tag)} is not allowed`);
  return "str";
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function fail(conversion: Conversion, node: Node, property: string, reason: string): null {
  if (conversion.failures.length < MAX_FAILURES) {
    conversion.failures.push({ line: conversion.lineOf(node), property, reason });
  }
  return null;
}
