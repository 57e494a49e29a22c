import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { LIST_REQUEST, parseRefPackets } from "./packets.ts";

const [A, B] = ["a".repeat(40), "b".repeat(40)] as const;

function packets(...lines: readonly string[]): Buffer {
  const parts = lines
    .map((line) => Buffer.from(line))
    .map((line) => Buffer.concat([Buffer.from((line.length + 4).toString(16).padStart(4, "0")), line]));
  return Buffer.concat([...parts, Buffer.from("0000")]);
}

describe("parseRefPackets", () => {
  it("reads refs, with the commit of annotated tags", () => {
    const answer = packets(
      `${A} HEAD symref-target:refs/heads/main\n`,
      `${A} refs/heads/main\n`,
      `${A} refs/tags/v1 peeled:${B}\n`,
      `${B} refs/heads/ü`,
    );
    expect([...(parseRefPackets(answer) ?? [])]).toStrictEqual([
      ["HEAD", { commit: A }],
      ["refs/heads/main", { commit: A }],
      ["refs/tags/v1", { commit: B, tag: A }],
      ["refs/heads/ü", { commit: B }],
    ]);
  });

  it("reads an empty list as a repository without refs", () => {
    expect(parseRefPackets(packets())?.size).toBe(0);
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["no end", packets(`${A} refs/heads/main\n`).subarray(0, -4)],
    ["more after the end", Buffer.concat([packets(), Buffer.from("0000")])],
    ["half a packet", Buffer.from(`003d${A}`)],
    ["an error", packets("ERR no such repository")],
    ["a short hash", packets("abc refs/heads/main\n")],
    ["no name", packets(`${A} \n`)],
    ["a wrong length", Buffer.from("zzzz")],
    ["a length of less than itself", Buffer.from("0003")],
    ["a page", Buffer.from("<html><body>Sign in</body></html>")],
  ])("takes %s for no list", (_, answer) => {
    expect(parseRefPackets(answer)).toBeUndefined();
  });

  it("takes no part of a list for a list", () => {
    const answer = packets(`${A} HEAD\n`, `${B} refs/heads/main\n`);
    for (let end = 0; end < answer.length; end++) expect(parseRefPackets(answer.subarray(0, end))).toBeUndefined();
  });

  it("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        expect(() => parseRefPackets(Buffer.from(bytes))).not.toThrow(),
      ),
    );
  });
});

it("asks in packets of the length that they state", () => {
  let at = 0;
  while (at < LIST_REQUEST.length) {
    const length = Number.parseInt(LIST_REQUEST.slice(at, at + 4), 16);
    at += Math.max(length, 4);
  }
  expect(at).toBe(LIST_REQUEST.length);
  expect(LIST_REQUEST).toContain("0014command=ls-refs\n");
});
