import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readZipEntry } from "./zip.mjs";

interface Entry {
  readonly name: string;
  readonly content: Buffer;
  readonly packed: boolean;
}

/** An archive as APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16 describe it, without checksums, which the reader leaves to its caller. */
function archive(entries: readonly Entry[], comment: string): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, packed } of entries) {
    const bytes = packed ? deflateRawSync(content) : content;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(packed ? 8 : 0, 4);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\0"), common, tail, Buffer.from(name));
    const body = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), bytes]);
    bodies.push(body);
    offset += body.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(offset, 12);
  end.writeUInt16LE(comment.length, 16);
  return Buffer.concat([...bodies, ...directory, Buffer.from("PK\x05\x06"), end, Buffer.from(comment)]);
}

function withFile<T>(content: Buffer, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "zip-"));
  const path = join(folder, "archive.zip");
  try {
    writeFileSync(path, content);
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("readZipEntry", () => {
  it("gives back every file of an archive, packed or not", () => {
    const entry = fc.record({
      name: fc.stringMatching(/^[a-z/]{1,20}$/),
      content: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
      packed: fc.boolean(),
    });
    const entries = fc.uniqueArray(entry, { selector: ({ name }) => name, minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(entries, fc.stringMatching(/^[a-z]{0,30}$/), (files, comment) => {
        withFile(archive(files, comment), (path) => {
          for (const { name, content } of files) expect(readZipEntry(path, name)).toEqual(content);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("names the file that is not there", () =>
    withFile(archive([{ name: "a", content: Buffer.from("a"), packed: false }], ""), (path) =>
      expect(() => readZipEntry(path, "b")).toThrow(`${path} holds no b`),
    ));

  it("refuses what is no archive", () =>
    withFile(Buffer.from(createHash("sha256").update("x").digest("hex")), (path) =>
      expect(() => readZipEntry(path, "b")).toThrow("is not a zip archive"),
    ));
});
