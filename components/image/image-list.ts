import type { Origin } from "./given.ts";
import { imageName, parseImage } from "./reference.ts";

/** One entry of the annotation `image-list`: `[alias=]image[:constraint]`. */
export interface ListedImage {
  readonly alias: string | undefined;
  readonly image: string;
  /** What it means depends on the strategy. */
  readonly constraint: string | undefined;
  /** Where it stands, when there is a place of its own. */
  readonly origin?: Origin;
}

export interface ImageList {
  readonly images: readonly ListedImage[];
  /** What is wrong, entry by entry. */
  readonly reasons: readonly string[];
}

const ALIAS = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;

/**
 * Reads the annotation as Image Updater does: split at commas (so a constraint cannot hold one: a space is AND as well), then at
 * the first `=` (so a constraint with `=` needs an alias).
 */
export function parseImageList(text: string): ImageList {
  const entries = text.split(",").map((entry) => entry.trim());
  const parsed = entries.filter((entry) => entry !== "").map(parseEntry);
  const images = parsed.filter((entry) => typeof entry !== "string");
  const wrong = parsed.filter((entry) => typeof entry === "string");
  const empty = parsed.length === 0 ? ["expected at least one image, found none"] : [];
  return { images, reasons: [...empty, ...wrong, ...repetitions(images)] };
}

/** The alias as annotations spell it: their keys cannot hold a second slash. */
export function aliasKey(alias: string): string {
  return alias.replaceAll("/", "_");
}

function parseEntry(entry: string): ListedImage | string {
  const equals = entry.indexOf("=");
  const alias = equals < 0 ? undefined : entry.slice(0, equals).trim();
  if (alias !== undefined && !ALIAS.test(alias)) {
    return `${JSON.stringify(alias)} is no alias; a constraint with "=" is possible only in an entry that has an alias`;
  }
  return (
    split(alias, entry.slice(equals + 1).trim()) ??
    `expected [alias=]image[:constraint], found ${JSON.stringify(entry)}`
  );
}

/** An image of an ImageUpdater, which has its alias in a field of its own. A text is what is wrong. */
export function parseListed(alias: string, text: string): ListedImage | string {
  if (!ALIAS.test(alias)) return `${JSON.stringify(alias)} is no alias`;
  return split(alias, text.trim()) ?? `expected image[:constraint], found ${JSON.stringify(text)}`;
}

function split(alias: string | undefined, rest: string): ListedImage | undefined {
  const colon = rest.indexOf(":", rest.lastIndexOf("/") + 1);
  const name = (colon < 0 ? rest : rest.slice(0, colon)).trim();
  const reference = parseImage(name);
  if (reference === undefined) return undefined;
  const constraint = colon < 0 ? undefined : rest.slice(colon + 1).trim();
  return { alias, image: imageName(reference), constraint };
}

export function repetitions(images: readonly ListedImage[]): readonly string[] {
  const names = repeated(images.map(({ image }) => image)).map((image) => `${image} is listed twice`);
  const aliases = images.flatMap(({ alias }) => (alias === undefined ? [] : [aliasKey(alias)]));
  return [...names, ...repeated(aliases).map((alias) => `the alias ${JSON.stringify(alias)} is given twice`)];
}

function repeated(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((text, index) => texts.indexOf(text) !== index))];
}
