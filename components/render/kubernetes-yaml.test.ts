import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { stringify } from "yaml";

import { parseJson } from "../exact-json.ts";
import { readKubernetesYaml } from "./kubernetes-yaml.ts";

function valuesOf(text: string): readonly unknown[] {
  const { documents, failures } = readKubernetesYaml("a.yaml", text);
  expect(failures).toStrictEqual([]);
  return documents.map(({ value }) => value);
}

function reasonsOf(text: string): readonly string[] {
  return readKubernetesYaml("a.yaml", text).failures.map(
    ({ line, property, reason }) => `${line ?? "-"} ${property}: ${reason}`,
  );
}

describe("readKubernetesYaml", () => {
  // What sigs.k8s.io/yaml v1.6.0 makes of each, run once.
  it.each([
    ["v:", { v: null }],
    ["v: ''", { v: "" }],
    ['v: "yes"', { v: "yes" }],
    ["v: 'on'", { v: "on" }],
    ["v: !!str 123", { v: "123" }],
    ["v: !!int '3'", { v: 3 }],
    ["v: !!float 3", { v: 3 }],
    ["v: !!bool 'yes'", { v: true }],
    ["v: !!null ''", { v: null }],
    ["v: !!binary aGVsbG8=", { v: "hello" }],
    ["v: ! yes", { v: "yes" }],
    ["v: !!map {a: 1}", { v: { a: 1 } }],
    ["v: |\n  yes\n", { v: "yes\n" }],
    ["v: |-\n  1", { v: "1" }],
    ["yes: 1", { true: 1 }],
    ["010: a", { 8: "a" }],
    ["1.5: a", { 1.5: "a" }],
    ["'yes': 1", { yes: 1 }],
    ["a: &x 1\nb: *x", { a: 1, b: 1 }],
    ["a: &x b\nc: &x d\ne: *x", { a: "b", c: "d", e: "d" }],
    ["a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}", { a: { p: 1, q: 2 }, b: { p: 1, q: 3 } }],
    ["a: &x {p: 1, q: 2}\nb: {q: 3, <<: *x}", { a: { p: 1, q: 2 }, b: { p: 1, q: 2 } }],
    ["a: &x {p: 1}\nb: &y {p: 2}\nc: {<<: [*x, *y]}", { a: { p: 1 }, b: { p: 2 }, c: { p: 1 } }],
    ['a: {"<<": {b: 1}}', { a: { "<<": { b: 1 } } }],
    ["\ufeffa: 1", { a: 1 }],
    ["a: b#c", { a: "b#c" }],
    ["a: {b, c: }", { a: { b: null, c: null } }],
    ["%YAML 1.1\n---\na: yes", { a: true }],
    ['a: "\\x41\\u00e9\\U0001F600"', { a: "Aé😀" }],
    ["a: [yes, 0644, 1_000]", { a: [true, 420, 1000] }],
  ])("reads %j as Kubernetes does", (text, value) => {
    expect(valuesOf(text)).toStrictEqual([value]);
  });

  it("reads every document and leaves out empty ones", () => {
    expect(valuesOf("# a\n---\na: 1\n---\n---\nnull\n---\n- b\n...\n")).toStrictEqual([{ a: 1 }, ["b"]]);
    expect(valuesOf("")).toStrictEqual([]);
  });

  it("knows where documents and values stand", () => {
    const { documents } = readKubernetesYaml("a.yaml", "# x\na: 1\n---\n# y\nb:\n  - c\n  - d: 1\n");
    expect(documents.map(({ line }) => line)).toStrictEqual([2, 5]);
    expect(documents[1]?.lines.get("b[1].d")).toBe(7);
  });

  it.each([
    ["a: 1\nb: 2\na: 3", ["3 a: duplicate key: it stands in line 1 already"]],
    ["yes: 1\ntrue: 2", ["2 true: duplicate key: it stands in line 1 already"]],
    [
      "a: .inf\nb: .nan",
      [expect.stringMatching(/^1 a: a number must be finite/), expect.stringMatching(/^2 b: a number must be finite/)],
    ],
    ["a: !foo b", [expect.stringMatching(/^1 a: the tag "!foo" is not allowed/)]],
    ["a: !!set {b}", [expect.stringMatching(/the tag .*set" is not allowed/)]],
    ["a: !!int x", ['1 a: "x" is no int']],
    ["a: *x", [expect.stringMatching(/^1 a: no anchor "&x"/)]],
    ["null: a", ["1 : expected a text as key"]],
    ["? [a]\n: b", ["1 : expected a text as key"]],
    ["a: {<<: 3}", [expect.stringMatching(/expected a map or a list of maps to merge/)]],
    ["a: {__proto__: {b: 1}}", ["1 a: the key __proto__ is not allowed"]],
    ["a: [1\nb: 2", [expect.stringMatching(/^\d+ : not valid YAML/)]],
    ["a:\n\tb: 1", [expect.stringMatching(/^2 .*tab/)]],
    ["# c\u2028a: 1", [expect.stringMatching(/^1 : the character U\+2028 is not allowed/)]],
    ["a: 1\n# c\u0085b: 1", [expect.stringMatching(/^2 : the character U\+0085/)]],
    ["a: 'x\0'", [expect.stringMatching(/^1 : the character U\+0000/)]],
    ["a: \u001b[31m", [expect.stringMatching(/^1 : the character U\+001B/)]],
  ])("refuses %j with the line", (text, reasons) => {
    expect(reasonsOf(text)).toStrictEqual(reasons);
  });

  it("reports all documents of a file", () => {
    expect(reasonsOf("a: 1\na: 2\n---\nb: .nan\n---\nc: !x y")).toHaveLength(3);
  });

  it.each([
    [
      "aliases",
      [
        "a: &a [x, x, x, x, x, x, x, x, x]",
        ..."bcdefghij".split("").map(
          (name, index) =>
            `${name}: &${name} [${Array(9)
              .fill(`*${"abcdefghi"[index] ?? ""}`)
              .join(", ")}]`,
        ),
      ].join("\n"),
    ],
    ["aliases of a long text", `a: &a ${"x".repeat(100_000)}\nb: [${Array(1_000).fill("*a").join(", ")}]`],
    ["merges", `a: &a {k: ${"x".repeat(50_000)}}\nb: [${Array(1_000).fill("{<<: *a}").join(", ")}]`],
    ["nested lists", `a: ${"[".repeat(50_000)}${"]".repeat(50_000)}`],
    ["nested lists in block style", "- ".repeat(20_000)],
    ["nested maps", Array.from({ length: 2_000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
    ["keys", Array.from({ length: 100_000 }, (_, index) => `k${index}: 1`).join("\n") + "\nk1: 2"],
    ["length", "x".repeat(10 * 1024 * 1024 + 1)],
  ])(
    "refuses a bomb of %s in little time and memory",
    (_, text) => {
      expect(reasonsOf(text).length).toBeGreaterThan(0);
    },
    20_000,
  );

  it("leaves prototypes alone", () => {
    valuesOf("constructor: {prototype: {polluted: 1}}\ntoString: 1");
    expect({}).not.toHaveProperty("polluted");
  });

  it("reads every JSON value back, from JSON and from YAML", () => {
    // JSON may hold some characters as they are that YAML has to escape.
    const json = fc
      .jsonValue({ noUnicodeString: false })
      .filter((value) => !/__proto__|[\x7f-\x9f\u2028\u2029\ufffe\uffff]/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(json, (value) => {
        const expected = parseJson(JSON.stringify({ value }));
        expect(valuesOf(JSON.stringify({ value }))).toStrictEqual([expected]);
        expect(valuesOf(stringify(expected, { version: "1.1" }))).toStrictEqual([expected]);
      }),
    );
  });

  it("never throws, whatever the text", () => {
    const token = fc.constantFrom(
      "a",
      ": ",
      "- ",
      "\n",
      "  ",
      "[",
      "]",
      "{",
      "}",
      "&a ",
      "*a",
      "<<: ",
      "!!int ",
      "'",
      '"',
      "|\n",
      "#",
      "---\n",
      "? ",
      "%YAML 1.1\n",
      "\t",
      ",",
    );
    fc.assert(
      fc.property(fc.array(token), (tokens) => expect(() => readKubernetesYaml("a", tokens.join(""))).not.toThrow()),
    );
  });
});
