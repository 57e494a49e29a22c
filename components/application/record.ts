import { isMap, isScalar, isSeq, Scalar } from "yaml";
import type { Node } from "yaml";

import type { FieldTable } from "./fields.ts";
import { resolvePlain } from "./kubernetes-scalar.ts";
import { quote } from "./quote.ts";
import { fail, optional, readFields, readList, readMembers, readText } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";

/** A JSON value as it stands in an Application. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json };

export type Read<T> = (reader: Reader, place: Place) => T | undefined;
type Readers<T> = { readonly [K in keyof T]-?: Read<Exclude<T[K], undefined>> };

/** A map of known fields. What is absent, empty or false is left out, as in Argo CD's own types. */
export function readRecord<T extends object>(
  reader: Reader,
  place: Place,
  table: FieldTable,
  readers: Readers<T>,
): Partial<T> | undefined {
  const fields = readFields(reader, place, table);
  if (fields === undefined) return undefined;
  const entries = Object.entries<Read<unknown>>(readers).map(
    ([name, read]) => [name, optional(reader, fields, name, read)] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => !isZero(value))) as Partial<T>;
}

function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** A list of what `read` reads. */
export function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (reader, place) => (readList(reader, place) ?? []).flatMap((item) => read(reader, item) ?? []);
}

/** A map from any text to what `read` reads. */
export function mapOf<T>(read: Read<T>): Read<Readonly<Record<string, T>>> {
  return (reader, place) => {
    const entries = [...(readMembers(reader, place) ?? [])].flatMap(([key, member]) => {
      const value = read(reader, member);
      return value === undefined ? [] : [[key, value] as const];
    });
    return Object.fromEntries(entries);
  };
}

/** A text that fits the pattern. @param expected what the pattern asks for, in words */
export function textLike(pattern: RegExp, expected: string): Read<string> {
  return (reader, place) => {
    const text = readText(reader, place);
    if (text === undefined || pattern.test(text)) return text;
    fail(reader, place, `expected ${expected}, found ${quote(text)}`);
    return undefined;
  };
}

/** A map of whatever a chart understands, with scalars as Kubernetes reads them. */
export function readJsonMap(reader: Reader, place: Place): Readonly<Record<string, Json>> | undefined {
  return mapOf(readJson)(reader, place);
}

function readJson(reader: Reader, place: Place): Json | undefined {
  const { node } = place;
  if (isSeq(node)) return (readList(reader, place) ?? []).map((item) => readJson(reader, item) ?? null);
  if (isMap(node)) return mapOf(readJson)(reader, place);
  return readScalar(reader, place, node);
}

function readScalar(reader: Reader, place: Place, node: Node): Json | undefined {
  if (!isScalar(node)) return undefined;
  if (node.type !== Scalar.PLAIN || node.tag !== undefined) return node.value as Json;
  const scalar = resolvePlain(node.source ?? "");
  if (!("problem" in scalar)) return scalar.value;
  fail(reader, place, scalar.problem);
  return undefined;
}
