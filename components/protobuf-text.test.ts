import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { BinaryReader, BinaryWriter, useNativeText } from "./protobuf-text.ts";

const slow = { read: BinaryReader.prototype.readString, write: BinaryWriter.prototype.writeString };
useNativeText();
const fast = { read: BinaryReader.prototype.readString, write: BinaryWriter.prototype.writeString };

type Write = typeof slow.write;
type Read = typeof slow.read;

function written(text: string, write: Write): Uint8Array {
  const writer = new BinaryWriter();
  write.call(writer, 1, text);
  return writer.getResultBuffer();
}

function read(bytes: Uint8Array, how: Read): string {
  const reader = new BinaryReader(bytes);
  reader.nextField();
  return how.call(reader);
}

describe("text in protobuf", () => {
  it("is another function than before", () => {
    expect([fast.read === slow.read, fast.write === slow.write]).toEqual([false, false]);
  });

  it("is the same on the wire, whoever writes and reads it", () => {
    const texts = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = written(text, fast.write);
        expect(Buffer.compare(bytes, written(text, slow.write))).toBe(0);
        expect([read(bytes, fast.read), read(bytes, slow.read)]).toEqual([text, text]);
      }),
    );
  });

  it.each([
    ["no text", ""],
    ["a byte order mark", "\ufeffmark"],
    ["a long text", "aü".repeat(100_000)],
  ])("keeps %s", (_, text) => {
    expect(read(written(text, fast.write), fast.read)).toBe(text);
  });

  it("leaves out what is not there", () => {
    expect(written(undefined as unknown as string, fast.write)).toHaveLength(0);
  });
});
