import type { LineCounter, YAMLMap } from "yaml";
import { isMap, isNode, isScalar, isSeq } from "yaml";

import type { Failure } from "../error.ts";

/** A mapping in a kubeconfig. Reading a field of the wrong type notes a failure, with its line, and gives nothing. */
export interface Section {
  readonly file: string;
  text(key: string): string | undefined;
  flag(key: string): boolean;
  texts(key: string): readonly string[];
  section(key: string): Section | undefined;
  sections(key: string): readonly Section[];
  keys(): readonly string[];
  /** Notes a failure at that field, or at the section itself when it has no such field. */
  fail(key: string, reason: string): void;
}

export interface SectionSource {
  readonly file: string;
  readonly lines: LineCounter;
  /** Where failures are noted. */
  readonly failures: Failure[];
}

/** @param property where the section stands, e.g. `users[ci].user` */
export function sectionOf(map: YAMLMap, property: string, source: SectionSource): Section {
  const pathOf = (key: string) => [property, key].filter((part) => part !== "").join(".");

  function fail(key: string, reason: string): void {
    const { file, lines, failures } = source;
    const path = pathOf(key);
    // The same field may be read more than once.
    if (failures.some((failure) => failure.file === file && failure.property === path)) return;
    const name: unknown = map.items.find((pair) => textOf(pair.key) === key)?.key;
    const offset = (isNode(name) ? name.range : map.range)?.[0];
    const line = offset === undefined ? {} : { line: lines.linePos(offset).line };
    failures.push({ file, ...line, property: path, reason });
  }

  /** `null` says nothing, as an absent field does. Values are never quoted: they may be secret. */
  function read<T>(key: string, expected: string, decode: (node: unknown) => T | undefined): T | undefined {
    const node = map.get(key, true) as unknown;
    if (node === undefined || (isScalar(node) && node.value === null)) return undefined;
    const value = decode(node);
    if (value === undefined) fail(key, `expected ${expected}, found ${typeOf(node)}`);
    return value;
  }

  return {
    file: source.file,
    fail,
    text: (key) => read(key, "a string", textOf),
    flag: (key) => read(key, "true or false", flagOf) ?? false,
    texts: (key) => read(key, "a list of strings", (node) => listOf(node, textOf)) ?? [],
    section: (key) => {
      const child = read(key, "a mapping", mapOf);
      return child && sectionOf(child, pathOf(key), source);
    },
    sections: (key) => {
      const children = read(key, "a list of mappings", (node) => listOf(node, mapOf)) ?? [];
      return children.map((child, index) => sectionOf(child, `${pathOf(key)}[${nameOf(child) ?? index}]`, source));
    },
    keys: () => map.items.flatMap(({ key }) => textOf(key) ?? []),
  };
}

function textOf(node: unknown): string | undefined {
  return isScalar(node) && typeof node.value === "string" ? node.value : undefined;
}

function flagOf(node: unknown): boolean | undefined {
  return isScalar(node) && typeof node.value === "boolean" ? node.value : undefined;
}

function mapOf(node: unknown): YAMLMap | undefined {
  return isMap(node) ? node : undefined;
}

function listOf<T>(node: unknown, decode: (item: unknown) => T | undefined): readonly T[] | undefined {
  if (!isSeq(node)) return undefined;
  const items = node.items.map(decode);
  return items.includes(undefined) ? undefined : (items as readonly T[]);
}

function nameOf(map: YAMLMap): string | undefined {
  return textOf(map.get("name", true));
}

function typeOf(node: unknown): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  return isScalar(node) ? `a ${typeof node.value}` : "an alias";
}
