import type * as Protobuf from "google-protobuf";
import type { Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb.js";

import { BinaryReader, BinaryWriter, requireOfSdk } from "./protobuf-text.ts";

export const { Struct } = requireOfSdk("google-protobuf/google/protobuf/struct_pb.js") as {
  readonly Struct: typeof StructMessage;
};

type Reader = Protobuf.BinaryReader;
type Writer = Protobuf.BinaryWriter;

/** Fields of `google.protobuf.Value`; a list has its values in field 1, a map is a list of entries with key and value. */
const [NULL, NUMBER, STRING, BOOL, STRUCT, LIST] = [1, 2, 3, 4, 5, 6];
const [ENTRY, KEY, VALUE, ITEM] = [1, 1, 2, 1];

/** The encoded form of a message that nobody has asked for its fields. */
const BYTES = Symbol("bytes");

type Encoded = StructMessage & { [BYTES]?: Uint8Array | undefined };

/**
 * Lets a Struct of protobuf be its bytes, read when somebody asks for its JavaScript and written straight from it. The SDK makes an object of each
 * single value on the way, with an array of its own and an entry in a map, and throws all of them away. Who does ask for these (`getFieldsMap`) gets them.
 */
export function useLeanStructs(): void {
  const { prototype } = Struct;
  const { getFieldsMap } = prototype;
  const { deserializeBinaryFromReader, serializeBinaryToWriter } = Struct;
  Struct.fromJavaScript = (members) => encoded(encode(members));
  prototype.toJavaScript = function (this: Encoded) {
    return decode(this[BYTES] ?? this.serializeBinary());
  };
  Struct.deserializeBinaryFromReader = (message: Encoded, reader) => {
    message[BYTES] = rest(reader);
    return message;
  };
  Struct.serializeBinaryToWriter = (message: Encoded, writer) => {
    const { [BYTES]: bytes } = message;
    if (bytes === undefined) serializeBinaryToWriter(message, writer);
    else writer.writeSerializedMessage(bytes, 0, bytes.length);
  };
  prototype.getFieldsMap = function (this: Encoded, ...args) {
    const { [BYTES]: bytes } = this;
    this[BYTES] = undefined;
    if (bytes !== undefined) deserializeBinaryFromReader(this, new BinaryReader(bytes));
    return getFieldsMap.apply(this, args);
  };
}

function encoded(bytes: Uint8Array): StructMessage {
  const message: Encoded = new Struct();
  message[BYTES] = bytes;
  return message;
}

function encode(members: object): Uint8Array {
  const writer = new BinaryWriter();
  writeMembers(members, writer);
  return writer.getResultBuffer();
}

function writeMembers(members: object, writer: Writer): void {
  for (const entry of sorted(Object.entries(members))) writer.writeMessage(ENTRY, entry, writeEntry);
}

/** As the SDK reads and writes a map. What the engine sends is in any order, and in another one each time. */
function sorted<T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function writeEntry([name, value]: readonly [string, unknown], writer: Writer): void {
  writer.writeString(KEY, name);
  writer.writeMessage(VALUE, { value }, writeValue);
}

/** @param boxed protobuf leaves out a message that is null */
function writeValue({ value }: { readonly value: unknown }, writer: Writer): void {
  if (value === null) writer.writeEnum(NULL, 0);
  else if (typeof value === "number") writer.writeDouble(NUMBER, value);
  else if (typeof value === "string") writer.writeString(STRING, value);
  else if (typeof value === "boolean") writer.writeBool(BOOL, value);
  else if (Array.isArray(value)) writer.writeMessage(LIST, value, writeItems);
  else if (typeof value === "object") writer.writeMessage(STRUCT, value, writeMembers);
  else throw new Error(`${typeof value} has no form in protobuf`);
}

function writeItems(items: readonly unknown[], writer: Writer): void {
  for (const value of items) writer.writeMessage(ITEM, { value }, writeValue);
}

/** What is left of the message that is being read. */
function rest(reader: Reader): Uint8Array {
  const start = reader.getCursor();
  while (reader.nextField()) reader.skipField();
  return reader.getBuffer().subarray(start, reader.getCursor());
}

function decode(bytes: Uint8Array): Record<string, never> {
  return readMembers(new BinaryReader(bytes)) as Record<string, never>;
}

function readMembers(reader: Reader): Record<string, unknown> {
  const entries: (readonly [string, unknown])[] = [];
  while (reader.nextField()) entries.push(readMessage(reader, readEntry));
  return Object.fromEntries(sorted(entries));
}

function readEntry(reader: Reader): readonly [string, unknown] {
  let [name, value]: [string, unknown] = ["", null];
  while (reader.nextField()) {
    if (reader.getFieldNumber() === KEY) name = reader.readString();
    else value = readMessage(reader, readValue);
  }
  return [name, value];
}

function readValue(reader: Reader): unknown {
  let value: unknown = null;
  while (reader.nextField()) value = readKind(reader);
  return value;
}

function readKind(reader: Reader): unknown {
  switch (reader.getFieldNumber()) {
    case NUMBER:
      return reader.readDouble();
    case STRING:
      return reader.readString();
    case BOOL:
      return reader.readBool();
    case STRUCT:
      return readMessage(reader, readMembers);
    case LIST:
      return readMessage(reader, readItems);
    default:
      reader.skipField();
      return null;
  }
}

function readItems(reader: Reader): readonly unknown[] {
  const items: unknown[] = [];
  while (reader.nextField()) items.push(readMessage(reader, readValue));
  return items;
}

/** `read` with a reader that ends where the message of the present field does. */
function readMessage<T>(reader: Reader, read: (reader: Reader) => T): T {
  const found: T[] = [];
  reader.readMessage(found, () => found.push(read(reader)));
  return found[0] as T;
}
