import { GitOpsError } from "../error.ts";
import { runLocal } from "./command.ts";
import type { GitSetup } from "./command.ts";
import { createGathering, togetherOrAlone } from "./gather.ts";

/** What is known of an object; its content only where it was asked for. */
export interface Answer {
  readonly type: string;
  readonly hash: string;
  readonly size: number;
  readonly content: Buffer;
}

/** Undefined stands for an object that is not there. */
export type Found<T> = readonly (T | undefined)[];

/** Hashes or `<commit>:<path>`, without line breaks. */
export interface Question {
  readonly names: readonly string[];
  /** Of all contents together. */
  readonly maxBytes: number;
}

/** Asks one repository. What is asked for while a process is under way goes into the next one. */
export type Ask = (question: Question) => Promise<Found<Answer>>;

/** A local repository that Git cannot read: it is thrown away and fetched anew. */
export const CORRUPT = "the cached repository is corrupt";

const SPARE_BYTES = 4096;
/** Of the answers to several questions; larger ones are asked one by one. */
const MAX_BYTES_TOGETHER = 64 * 1024 * 1024;
const HEADER = /^(?<hash>[0-9a-f]{40}) (?<type>[a-z]+) (?<size>\d+)$/;

export function openCatFile(setup: GitSetup, repository: string, option: "--batch" | "--batch-check"): Ask {
  const run = async ({ names, maxBytes }: Question) => {
    const maxOutputBytes = maxBytes + names.length * SPARE_BYTES + SPARE_BYTES;
    const input = names.map((name) => `${name}\n`).join("");
    const result = await runLocal(setup, { repository, args: ["cat-file", option], input, maxOutputBytes });
    if (result.killed === "output")
      throw new GitOpsError(`more than ${maxOutputBytes} bytes would be read`, { code: "Refused" });
    if (result.code !== 0) throw new GitOpsError(CORRUPT, { code: "Failed", retryable: true });
    return parse(result.stdout, names.length, option === "--batch");
  };
  const runTogether = async (questions: readonly Question[]) => distribute(await run(together(questions)), questions);
  const ask = createGathering<Question, Found<Answer>>((questions) => togetherOrAlone(questions, runTogether, run));
  return async (question) => {
    const isUnsafe = question.names.some((name) => /[\n\0]/.test(name));
    if (isUnsafe) throw new GitOpsError("a path holds a line break", { code: "Refused" });
    return ask(question);
  };
}

function together(questions: readonly Question[]): Question {
  const bytes = questions.reduce((sum, { maxBytes }) => sum + maxBytes, 0);
  return { names: questions.flatMap(({ names }) => names), maxBytes: Math.min(bytes, MAX_BYTES_TOGETHER) };
}

function distribute(found: Found<Answer>, questions: readonly Question[]): readonly Found<Answer>[] {
  let at = 0;
  return questions.map(({ names }) => found.slice(at, (at += names.length)));
}

/** `<hash> <type> <size>` or another line for each name; with contents, each is followed by a line break. */
function parse(output: Buffer, count: number, hasContents: boolean): Found<Answer> {
  let at = 0;
  return Array.from({ length: count }, () => {
    const end = output.indexOf(0x0a, at);
    const { type, hash, size } = HEADER.exec(output.toString("utf8", at, end))?.groups ?? {};
    at = end + 1;
    if (type === undefined || hash === undefined) return undefined;
    const content = output.subarray(at, hasContents ? at + Number(size) : at);
    if (hasContents) at += content.length + 1;
    return { type, hash, size: Number(size), content };
  });
}
