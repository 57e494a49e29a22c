export interface TarEntry {
  /** As it is written, without `./` before it. */
  readonly path: string;
  readonly type: "file" | "folder" | "other";
  readonly content: Buffer;
}

const BLOCK = 512;
const TYPES: Readonly<Record<string, TarEntry["type"]>> = { "0": "file", "\0": "file", "5": "folder" };
/** POSIX pax: for the next entry, for all that follow (comments in practice). GNU: a long name. */
const PAX = "x";
const PAX_GLOBAL = "g";
const GNU_LONG_NAME = "L";

/** Reads a tar archive (POSIX ustar and pax, GNU long names). Undefined when it is damaged. */
export function readTar(archive: Buffer): readonly TarEntry[] | undefined {
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const size = octal(header, 124, 12);
    const end = at + BLOCK + size;
    if (!isSound(header) || end > archive.length) return undefined;
    const content = archive.subarray(at + BLOCK, end);
    const type = header.toString("latin1", 156, 157);
    if (type === PAX) longName = paxPath(content) ?? longName;
    else if (type === GNU_LONG_NAME) longName = text(content, 0, content.length);
    else if (type !== PAX_GLOBAL) {
      entries.push({ path: trim(longName ?? nameIn(header)), type: TYPES[type] ?? "other", content });
      longName = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

function trim(path: string): string {
  return path.replace(/^(?:\.\/)+/, "");
}

function nameIn(header: Buffer): string {
  const prefix = header.toString("latin1", 257, 262) === "ustar" ? text(header, 345, 155) : "";
  const name = text(header, 0, 100);
  return prefix === "" ? name : `${prefix}/${name}`;
}

function text(buffer: Buffer, start: number, length: number): string {
  const field = buffer.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? field.length : end);
}

/** NaN for what is no octal number, so that every comparison with it fails. */
function octal(header: Buffer, start: number, length: number): number {
  const digits = text(header, start, length).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
}

/** Whether the checksum of a header is right: the sum of its bytes, with spaces in place of the checksum itself. */
function isSound(header: Buffer): boolean {
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  return octal(header, 148, 8) === sum && Number.isSafeInteger(octal(header, 124, 12));
}

/** Records `<length> <key>=<value>\n`; the last `path` counts. */
function paxPath(content: Buffer): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < content.length;) {
    const [digits = ""] = /^\d{1,9}/.exec(content.toString("latin1", at, at + 10)) ?? [];
    const length = Number(digits);
    if (digits === "" || length <= digits.length || at + length > content.length) return path;
    const [key, value] = split(content.toString("utf8", at + digits.length + 1, at + length - 1));
    if (key === "path") path = value;
    at += length;
  }
  return path;
}

function split(record: string): readonly [string, string] {
  const equals = record.indexOf("=");
  return [record.slice(0, equals), record.slice(equals + 1)];
}
