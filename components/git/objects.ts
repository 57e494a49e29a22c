import { GitOpsError } from "../error.ts";
import type { ChildResult } from "./child.ts";
import { runLocal } from "./command.ts";
import type { GitSetup } from "./command.ts";

export interface GitObject {
  readonly type: string;
  readonly hash: string;
  readonly content: Buffer;
}

/** Undefined stands for an object that is not there. */
export type Found<T> = readonly (T | undefined)[];

/** A local repository that Git cannot read: it is thrown away and fetched anew. */
export const CORRUPT = "the cached repository is corrupt";

const SPARE_BYTES = 4096;

/** Types, hashes and sizes of objects, in one call. `names` are hashes or `<commit>:<path>`, without line breaks. */
export async function inspectObjects(
  setup: GitSetup,
  repository: string,
  names: readonly string[],
): Promise<Found<{ readonly type: string; readonly hash: string; readonly size: number }>> {
  const { stdout } = await batch(setup, repository, names, "--batch-check", names.length * SPARE_BYTES + SPARE_BYTES);
  const lines = stdout.toString("utf8").split("\n");
  return names.map((_, index) => {
    const { type, hash, size } = HEADER.exec(lines[index] ?? "")?.groups ?? {};
    return type === undefined || hash === undefined ? undefined : { type, hash, size: Number(size) };
  });
}

/** Objects with their content, in one call. */
export async function readObjects(
  setup: GitSetup,
  repository: string,
  names: readonly string[],
  maxBytes: number,
): Promise<Found<GitObject>> {
  const { stdout } = await batch(setup, repository, names, "--batch", maxBytes + names.length * SPARE_BYTES);
  let at = 0;
  return names.map(() => {
    const end = stdout.indexOf(0x0a, at);
    const { type, hash, size } = HEADER.exec(stdout.toString("utf8", at, end))?.groups ?? {};
    at = end + 1;
    if (type === undefined || hash === undefined) return undefined;
    const content = stdout.subarray(at, at + Number(size));
    at += content.length + 1;
    return { type, hash, content };
  });
}

const HEADER = /^(?<hash>[0-9a-f]{40}) (?<type>[a-z]+) (?<size>\d+)$/;

async function batch(
  setup: GitSetup,
  repository: string,
  names: readonly string[],
  option: string,
  maxOutputBytes: number,
): Promise<ChildResult> {
  const unsafe = names.find((name) => /[\n\0]/.test(name));
  if (unsafe !== undefined) throw new GitOpsError("a path holds a line break", { code: "Refused" });
  const result = await runLocal(setup, {
    repository,
    args: ["cat-file", option],
    input: names.map((name) => `${name}\n`).join(""),
    maxOutputBytes,
  });
  if (result.killed === "output")
    throw new GitOpsError(`more than ${maxOutputBytes} bytes would be read`, { code: "Refused" });
  if (result.code !== 0) throw new GitOpsError(CORRUPT, { code: "Failed", retryable: true });
  return result;
}
