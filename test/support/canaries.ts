import { randomBytes } from "node:crypto";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Secret values that can be recognised wherever they come out again, and in many disguises. */
export interface Canaries {
  /** A new value. @param shape what is special about it */
  plant(shape?: Shape): string;
  planted(): number;
  /** Where a value shows, with some text around it. */
  hitsIn(text: string | Buffer, place: string): readonly string[];
}

export type Shape = "plain" | "special characters" | "several lines" | "binary";

/** All values of one flock hold the same mark, so that one search finds them all. */
export function hatchCanaries(): Canaries {
  const mark = `Canary${randomBytes(6).toString("hex")}`;
  const disguises = disguisesOf(mark);
  let count = 0;
  return {
    planted: () => count,
    plant: (shape = "plain") => shaped(`${mark}x${++count}`, shape),
    hitsIn(text, place) {
      const bytes = typeof text === "string" ? Buffer.from(text) : text;
      return disguises.flatMap(([name, pattern]) => {
        const at = bytes.indexOf(pattern);
        return at < 0 ? [] : [`${place}: ${name}: ${around(bytes, at)}`];
      });
    },
  };
}

/** Hits in all files below a folder, whose names are told. Links are not followed. */
export async function hitsBelow(canaries: Canaries, folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const hits = names.map(async (name) => {
    const path = join(folder, name);
    const found = await lstat(path);
    if (found.isDirectory()) return hitsBelow(canaries, path);
    return found.isFile() ? canaries.hitsIn(await readFile(path), path) : [];
  });
  return (await Promise.all(hits)).flat();
}

function shaped(value: string, shape: Shape): string {
  switch (shape) {
    case "plain":
      return value;
    case "special characters":
      return `${value}&a=b c/d+e%"'\\<>é`;
    case "several lines":
      return `-----BEGIN KEY-----\n${value}\n${value}\n-----END KEY-----\n`;
    case "binary":
      return `\u0001\u0002${value}\u0003`;
  }
}

/** As it is, and as it looks within base64 whatever stands before it, within hexadecimal digits, and in UTF-16. */
function disguisesOf(mark: string): readonly (readonly [name: string, pattern: Buffer])[] {
  const once = inBase64(mark);
  return [
    ["clear", Buffer.from(mark)],
    ["UTF-16", Buffer.from(mark, "utf16le")],
    ["hexadecimal", Buffer.from(Buffer.from(mark).toString("hex"))],
    ...once.map((digits) => ["base64", Buffer.from(digits)] as const),
    ...once.flatMap(inBase64).map((digits) => ["base64 twice", Buffer.from(digits)] as const),
  ];
}

/** Its digits, without those that depend on what stands before or behind, for each way in which it can be aligned. */
function inBase64(text: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const digits = Buffer.from(`${"x".repeat(before)}${text}`).toString("base64");
    return digits.slice(Math.ceil((before * 8) / 6), Math.floor(((before + text.length) * 8) / 6));
  });
}

function around(bytes: Buffer, at: number): string {
  return JSON.stringify(bytes.subarray(Math.max(0, at - 120), at + 60).toString("latin1"));
}
