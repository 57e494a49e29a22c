import type { Ref, Refs } from "./refs.ts";

const LENGTH_DIGITS = 4;
const FLUSH = "0000";
const DELIMITER = "0001";
const REF = /^(?<hash>[0-9a-f]{40}) (?<name>[^ \0\n]+)(?<attributes>(?: [^ \n]+)*)\n?$/;

/** The request for HEAD, branches and tags, with what annotated tags stand for (gitprotocol-v2(5), ls-refs). */
export const LIST_REQUEST: string = [
  ...["command=ls-refs\n", "object-format=sha1"].map(packet),
  DELIMITER,
  ...["peel\n", "ref-prefix HEAD\n", "ref-prefix refs/heads/\n", "ref-prefix refs/tags/\n"].map(packet),
  FLUSH,
].join("");

function packet(text: string): string {
  return (text.length + LENGTH_DIGITS).toString(16).padStart(LENGTH_DIGITS, "0") + text;
}

/** Reads the answer; undefined when it is anything but a whole list. */
export function parseRefPackets(answer: Buffer): Refs | undefined {
  const refs = new Map<string, Ref>();
  for (let at = 0; at < answer.length;) {
    const digits = answer.toString("latin1", at, at + LENGTH_DIGITS);
    if (digits === FLUSH) return at + LENGTH_DIGITS === answer.length ? refs : undefined;
    const length = /^[0-9a-f]{4}$/.test(digits) ? Number.parseInt(digits, 16) : 0;
    if (length <= LENGTH_DIGITS || at + length > answer.length) return undefined;
    const {
      hash,
      name,
      attributes = "",
    } = REF.exec(answer.toString("utf8", at + LENGTH_DIGITS, at + length))?.groups ?? {};
    if (hash === undefined || name === undefined) return undefined;
    const peeled = / peeled:([0-9a-f]{40})(?: |$)/.exec(attributes)?.[1];
    refs.set(name, peeled === undefined ? { commit: hash } : { commit: peeled, tag: hash });
    at += length;
  }
  return undefined;
}
