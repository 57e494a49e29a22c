import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Alias, Node, YAMLMap } from "yaml";
import type { Failure } from "../error.ts";
import { memberPath, quote } from "./quote.ts";

const MAX_DEPTH = 64;
const MAX_ALIASES = 100;
const CORE_TAGS = new Set(
  ["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`),
);

interface Visit {
  readonly node: Node;
  readonly path: string;
  readonly depth: number;
}

interface Walk {
  readonly lineOf: (node: Node) => number;
  readonly failures: Failure[];
  readonly anchors: Map<string, Node>;
  readonly targets: Map<Node, Node | undefined>;
  readonly pending: Visit[];
}

export interface Inspection {
  readonly failures: readonly Failure[];
  /** What an alias stands for; any other node stands for itself. */
  readonly resolve: (node: Node) => Node | undefined;
  /** False when the walk was given up: the rest of the document was not looked at. */
  readonly bounded: boolean;
}

/**
 * Walks a document once, in its own order and without recursion, so that neither nesting nor aliases can hurt: finds duplicate keys,
 * foreign tags and what every alias stands for. Aliases are never expanded.
 */
export function inspect(root: Node, lineOf: (node: Node) => number): Inspection {
  const walk: Walk = { lineOf, failures: [], anchors: new Map(), targets: new Map(), pending: [] };
  walk.pending.push({ node: root, path: "", depth: 1 });
  let bounded = true;
  for (let visit = walk.pending.pop(); visit !== undefined && bounded; visit = walk.pending.pop()) {
    bounded = enter(walk, visit);
  }
  const resolve = (node: Node): Node | undefined => (isAlias(node) ? walk.targets.get(node) : node);
  return { failures: walk.failures, resolve, bounded };
}

/** False when a limit is reached. */
function enter(walk: Walk, visit: Visit): boolean {
  const { node, path, depth } = visit;
  if (depth > MAX_DEPTH) return fail(walk, node, "", `expected at most ${MAX_DEPTH} levels of nesting`);
  if (isAlias(node)) return noteAlias(walk, node, path);
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return true;
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (node.tag !== undefined && !CORE_TAGS.has(node.tag))
    fail(walk, node, path, `the tag ${quote(node.tag)} is not allowed`);
  if (isMap(node)) findDuplicates(walk, node, path);
  pushChildren(walk, visit);
  return true;
}

function noteAlias(walk: Walk, alias: Alias, path: string): boolean {
  if (walk.targets.size === MAX_ALIASES) {
    return fail(walk, alias, "", `expected at most ${MAX_ALIASES} aliases (*name) in one document`);
  }
  const target = walk.anchors.get(alias.source);
  if (target === undefined) fail(walk, alias, path, `no anchor ${quote(`&${alias.source}`)} stands before this alias`);
  walk.targets.set(alias, target);
  return true;
}

function findDuplicates(walk: Walk, map: YAMLMap, path: string): void {
  const seen = new Map<string, Node>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    const text = String(key.value);
    const first = seen.get(text);
    if (first === undefined) seen.set(text, key);
    else fail(walk, key, memberPath(path, text), `duplicate key: it stands in line ${walk.lineOf(first)} already`);
  }
}

/** Last child first: the next visit is taken from the end. */
function pushChildren(walk: Walk, { node, path, depth }: Visit): void {
  const push = (child: unknown, childPath: string): void => {
    if (isNode(child)) walk.pending.push({ node: child, path: childPath, depth: depth + 1 });
  };
  if (isSeq(node))
    node.items.toReversed().forEach((item, index) => push(item, `${path}[${node.items.length - 1 - index}]`));
  if (!isMap(node)) return;
  for (const { key, value } of node.items.toReversed()) {
    push(value, isScalar(key) ? memberPath(path, String(key.value)) : path);
    push(key, path);
  }
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function fail(walk: Walk, node: Node, property: string, reason: string): false {
  walk.failures.push({ line: walk.lineOf(node), property, reason });
  return false;
}
