import { FIELDS } from "./fields.ts";
import { parsePathGlob } from "./path-glob.ts";
import { quote } from "./quote.ts";
import { fail, readFlag, readText } from "./reader.ts";
import type { Place, Reader } from "./reader.ts";
import { readRecord } from "./record.ts";

/** `spec.source.directory`: which files of a folder are manifests. */
export interface DirectoryOptions {
  readonly recurse?: boolean;
  /** Globs over paths relative to the folder, in which `*` also stands for `/`; `exclude` wins. */
  readonly include?: string;
  readonly exclude?: string;
}

/** Longer ones are no patterns that a person wrote. */
const MAX_CHARACTERS = 1024;

function readGlob(reader: Reader, place: Place): string | undefined {
  const text = readText(reader, place);
  if (text === undefined) return undefined;
  if (text.length <= MAX_CHARACTERS && parsePathGlob(text) !== undefined) return text;
  fail(reader, place, `expected a glob like *.yaml or {a,b}/*, found ${quote(text)}`);
  return undefined;
}

export function readDirectory(reader: Reader, place: Place): DirectoryOptions | undefined {
  return readRecord<DirectoryOptions>(reader, place, FIELDS["spec.source.directory"], {
    recurse: readFlag,
    include: readGlob,
    exclude: readGlob,
  });
}
