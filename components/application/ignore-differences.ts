import type { IgnoreDifference, JqExpression } from "./application.ts";
import { FIELDS } from "./fields.ts";
import { parsePointer } from "./json-pointer.ts";
import { quote } from "./quote.ts";
import { fail, optional, readFields, readList, readText, required } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";

export interface ReadIgnoreDifference {
  readonly difference: IgnoreDifference;
  readonly expressions: readonly JqExpression[];
}

const LISTS = ["jsonPointers", "jqPathExpressions", "managedFieldsManagers"] as const;

export function readIgnoreDifferences(reader: Reader, place: Place): readonly ReadIgnoreDifference[] {
  return (readList(reader, place) ?? []).flatMap((item) => readOne(reader, item) ?? []);
}

function readOne(reader: Reader, place: Place): ReadIgnoreDifference | undefined {
  const fields = readFields(reader, place, FIELDS["spec.ignoreDifferences"]);
  if (fields === undefined) return undefined;
  const kind = required(reader, place, fields, "kind", readGlob);
  if (!LISTS.some((name) => fields.has(name))) {
    fail(reader, place, `expected at least one of ${LISTS.join(", ")}, found none of them`);
  }
  const expressions = optional(reader, fields, "jqPathExpressions", readExpressions) ?? [];
  const difference = {
    group: optional(reader, fields, "group", readGlob) ?? "",
    kind: kind ?? "",
    name: optional(reader, fields, "name", readExact) ?? "",
    namespace: optional(reader, fields, "namespace", readExact) ?? "",
    jsonPointers: optional(reader, fields, "jsonPointers", readPointers) ?? [],
    jqPathExpressions: expressions.map(({ text }) => text),
    managedFieldsManagers: optional(reader, fields, "managedFieldsManagers", readManagers) ?? [],
  };
  return { difference, expressions };
}

/** Argo CD matches group and kind with globs. Of those, what could occur in a group or a kind is read here. */
function readGlob(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text !== undefined && !/^[A-Za-z0-9.*?-]{0,253}$/.test(text)) {
    fail(reader, place, `expected a name in which * stands for any text and ? for one character, found ${quote(text)}`);
  }
  return text;
}

function readExact(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text?.includes("*") === true) {
    fail(reader, place, `expected the whole name, found ${quote(text)}: only group and kind may hold *`);
  }
  return text;
}

function readPointers(reader: Reader, place: Place): readonly string[] {
  return readTexts(reader, place).map(({ text, item }) => {
    const steps = parsePointer(text);
    if (typeof steps === "string") fail(reader, item, `${steps}, found ${quote(text)}`);
    return text;
  });
}

function readExpressions(reader: Reader, place: Place): readonly JqExpression[] {
  return readTexts(reader, place).map(({ text, item }) => {
    if (text.trim() === "") fail(reader, item, "expected a jq expression like .spec.replicas, found none");
    return { text, line: reader.document.lineOf(item.at), property: item.path };
  });
}

function readManagers(reader: Reader, place: Place): readonly string[] {
  return readTexts(reader, place).map(({ text, item }) => {
    if (text === "") fail(reader, item, "expected the name of a field manager, found none");
    return text;
  });
}

function readTexts(reader: Reader, place: Place): readonly { readonly text: string; readonly item: Place }[] {
  return (readList(reader, place) ?? []).flatMap((item) => {
    const text = readText(reader, item);
    return text === undefined ? [] : [{ text, item }];
  });
}
