import { createRequire } from "node:module";

import type * as Protobuf from "google-protobuf";

/** Finds the very copies that Pulumi's SDK uses. */
export const requireOfSdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));

export const { BinaryReader, BinaryWriter } = requireOfSdk("google-protobuf") as typeof Protobuf;

/**
 * Lets protobuf leave text to Node. In its JavaScript each character is turned into bytes and back by itself, which is a third of what the
 * provider does for an Application: the engine and the two processes send each other some 200 kB about one.
 * On the wire a `string` and `bytes` are the same, by the protobuf encoding.
 */
export function useNativeText(): void {
  const [reader, writer] = [BinaryReader.prototype, BinaryWriter.prototype];
  const [decoder, encoder] = [new TextDecoder("utf-8", { ignoreBOM: true }), new TextEncoder()];
  reader.readString = function readString() {
    return decoder.decode(this.readBytes());
  };
  writer.writeString = function writeString(field, value) {
    if (value != null) this.writeBytes(field, encoder.encode(value));
  };
}
