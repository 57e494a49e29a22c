import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

// Record layouts and signatures: APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16.
const END = { signature: 0x06054b50, size: 22 };
const ENTRY = { signature: 0x02014b50, size: 46 };
const LOCAL = { signature: 0x04034b50, size: 30 };
const LONGEST_COMMENT = 65_535;
const STORED = 0;
const DEFLATED = 8;

/** The content of the file `name` in the archive `path`. Reads only that file; no archive of 4 GiB or more. */
export function readZipEntry(path, name) {
  const file = openSync(path, "r");
  try {
    const entry = entries(file, path).find((candidate) => candidate.name === name);
    if (entry === undefined) throw new Error(`${path} holds no ${name}`);
    return content(file, entry);
  } finally {
    closeSync(file);
  }
}

function read(file, position, length) {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, position));
}

function entries(file, path) {
  const { size } = fstatSync(file);
  const start = Math.max(0, size - END.size - LONGEST_COMMENT);
  const tail = read(file, start, size - start);
  let end = tail.length - END.size;
  while (end >= 0 && tail.readUInt32LE(end) !== END.signature) end--;
  if (end < 0) throw new Error(`${path} is not a zip archive`);
  const directory = read(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const found = [];
  for (let at = 0; at < directory.length; at += entryLength(directory, at)) found.push(entry(directory, at));
  return found;
}

function entryLength(directory, at) {
  if (directory.readUInt32LE(at) !== ENTRY.signature) throw new Error("damaged zip directory");
  return (
    ENTRY.size + directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  );
}

function entry(directory, at) {
  return {
    method: directory.readUInt16LE(at + 10),
    compressed: directory.readUInt32LE(at + 20),
    name: directory.toString("utf8", at + ENTRY.size, at + ENTRY.size + directory.readUInt16LE(at + 28)),
    offset: directory.readUInt32LE(at + 42),
  };
}

function content(file, { name, method, compressed, offset }) {
  const header = read(file, offset, LOCAL.size);
  if (header.readUInt32LE(0) !== LOCAL.signature) throw new Error(`damaged zip entry ${name}`);
  const start = offset + LOCAL.size + header.readUInt16LE(26) + header.readUInt16LE(28);
  const bytes = read(file, start, compressed);
  if (method === STORED) return bytes;
  if (method === DEFLATED) return inflateRawSync(bytes);
  throw new Error(`zip entry ${name} is packed by method ${method}, which is not supported`);
}
