import type { FieldTable } from "../application/fields.ts";
import { quote } from "../application/quote.ts";
import { fail, optional, readFields, readList, readText, required } from "../application/reader.ts";
import type { Place, Reader } from "../application/reader.ts";
import { PROJECT_FIELDS } from "./fields.ts";
import { parseGlob } from "./glob.ts";
import type { KindPattern, ProjectDestination } from "./project.ts";

export function readRepositories(reader: Reader, place: Place): readonly string[] {
  return readEach(reader, place, readDeniable);
}

export function readDestinations(reader: Reader, place: Place): readonly ProjectDestination[] {
  return readEach(reader, place, readDestination);
}

function readDestination(reader: Reader, place: Place): ProjectDestination | undefined {
  const fields = readFields(reader, place, PROJECT_FIELDS["spec.destinations"]);
  if (fields === undefined) return undefined;
  const server = optional(reader, fields, "server", readDeniable);
  const name = optional(reader, fields, "name", readDeniable);
  const namespace = required(reader, place, fields, "namespace", readDeniable);
  if (!fields.has("server") && !fields.has("name")) fail(reader, place, "expected server or name, found neither");
  if (namespace === undefined) return undefined;
  return { ...(server === undefined ? {} : { server }), ...(name === undefined ? {} : { name }), namespace };
}

export function readKinds(reader: Reader, place: Place, table: FieldTable): readonly KindPattern[] {
  return readEach(reader, place, (_, item) => {
    const fields = readFields(reader, item, table);
    if (fields === undefined) return undefined;
    const kind = required(reader, item, fields, "kind", readPattern);
    // The empty group is the core one.
    const group = optional(reader, fields, "group", readPattern) ?? "";
    const name = optional(reader, fields, "name", readPattern);
    return kind === undefined ? undefined : { group, kind, ...(name === undefined ? {} : { name }) };
  });
}

export function readKeys(reader: Reader, place: Place): readonly string[] {
  return readEach(reader, place, (_, item) => {
    const fields = readFields(reader, item, PROJECT_FIELDS["spec.signatureKeys"]);
    return fields && required(reader, item, fields, "keyID", readKey);
  });
}

function readKey(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text === undefined || /^(?:0x)?(?:[0-9a-f]{16}|[0-9a-f]{40})$/i.test(text)) return text;
  fail(reader, place, `expected the id of a key, 16 or 40 hexadecimal digits, found ${quote(text)}`);
  return undefined;
}

/** Each item of a list that could be read. */
export function readEach<T>(
  reader: Reader,
  place: Place,
  read: (reader: Reader, place: Place) => T | undefined,
): readonly T[] {
  return (readList(reader, place) ?? []).flatMap((item) => read(reader, item) ?? []);
}

/** A pattern, or with a leading `!` one that denies. */
function readDeniable(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  return text === undefined ? undefined : checkPattern(reader, place, text, text.replace(/^!/, ""));
}

export function readPattern(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  return text === undefined ? undefined : checkPattern(reader, place, text, text);
}

/** A pattern that nothing can fit would close, or worse open, without a word. */
function checkPattern(reader: Reader, place: Place, text: string, pattern: string): string | undefined {
  if (pattern.length <= 2048 && !pattern.startsWith("!") && parseGlob(pattern) !== undefined) return text;
  fail(reader, place, `expected a name or a pattern with *, ?, [a-z] or {a,b}, found ${quote(text)}`);
  return undefined;
}
