import { describe, expect, it } from "@jest/globals";

import { findMistake, selectPaths } from "./select.ts";

const deployment = {
  spec: {
    replicas: 3,
    containers: [
      { name: "api", image: "a" },
      { name: "proxy", image: "b" },
    ],
  },
  data: { "a.b/c": "x" },
};

async function pathsOf(expression: string): Promise<unknown> {
  const [selection] = await selectPaths(expression, [deployment]);
  return selection !== undefined && "paths" in selection ? selection.paths : selection;
}

describe("selectPaths", () => {
  it.each([
    [".spec.replicas", [["spec", "replicas"]]],
    ['.data["a.b/c"]', [["data", "a.b/c"]]],
    [
      ".spec.containers[].image",
      [
        ["spec", "containers", 0, "image"],
        ["spec", "containers", 1, "image"],
      ],
    ],
    ['.spec.containers[] | select(.name == "proxy")', [["spec", "containers", 1]]],
    [".spec.containers[-1]", [["spec", "containers", -1]]],
    [".spec.containers[1:]", [["spec", "containers", { start: 1, end: null }]]],
    [".spec.replicas, .data", [["spec", "replicas"], ["data"]]],
    [".spec.replicas # of the autoscaler", [["spec", "replicas"]]],
    [".nothing.here", [["nothing", "here"]]],
    ["empty", []],
  ])("selects by %s", async (expression, paths) => {
    expect(await pathsOf(expression)).toEqual(paths);
  });

  it("judges each document on its own", async () => {
    expect(await selectPaths(".a[].b", [{ a: [{ b: 1 }] }, { a: null }, {}])).toEqual([
      { paths: [["a", 0, "b"]] },
      { problem: "Cannot iterate over null (null)" },
      { problem: "Cannot iterate over null (null)" },
    ]);
  });

  it("keeps the object out of long messages", async () => {
    const [selection] = await selectPaths("error(tojson)", [{ a: "x".repeat(5000) }]);
    expect(JSON.stringify(selection).length).toBeLessThan(300);
  });

  it("reads a document of 300 000 characters in time", async () => {
    const large = { spec: { versions: Array.from({ length: 3000 }, (_, name) => ({ name, text: "x".repeat(80) })) } };
    expect(await selectPaths(".spec.versions[7].name", [large])).toEqual([
      { paths: [["spec", "versions", 7, "name"]] },
    ]);
  });

  it.each([
    ["an endless loop", "last(range(1e15))", /"last\(range\(1e15\)\)": takes longer than 1 s/],
    ["endless recursion", "def f: [f]; f", /takes longer than 1 s|needs more memory/],
    ["a document too large", ".", /too large for jq/, "x".repeat(600_000)],
    ["the end of jq", "halt", /ends jq without an answer/],
  ])("survives %s, names the expression, and goes on", async (_, expression, cause, document: unknown = {}) => {
    await expect(selectPaths(expression, [document])).rejects.toThrow(cause);
    await expect(selectPaths(expression, [document])).rejects.toThrow(JSON.stringify(expression));
    expect(await pathsOf(".spec.replicas")).toEqual([["spec", "replicas"]]);
  });

  it("finds nothing of this machine in its environment", async () => {
    process.env["PLANTED_FOR_JQ"] = "canary";
    expect(JSON.stringify(await selectPaths("error($ENV | tojson)", [{}]))).not.toContain("canary");
    delete process.env["PLANTED_FOR_JQ"];
  });

  // jq-wasm's own entry gives wrong answers after about 300 runs.
  it("answers many questions at once, each with its own", async () => {
    const names = Array.from({ length: 400 }, (_, number) => `f${number}`);
    const answers = await Promise.all(names.map((name) => selectPaths(`.${name}`, [{}])));
    expect(answers).toEqual(names.map((name) => [{ paths: [[name]] }]));
  }, 60_000);
});

describe("findMistake", () => {
  it.each([
    ".spec.replicas",
    ".webhooks[]?.clientConfig.caBundle",
    ".webhooks[].clientConfig.caBundle",
    '.spec.template.spec.initContainers[] | select(.name | startswith("istio"))',
    "first(.spec.containers[] | .image)",
    'getpath(["a", "b"])',
    "..",
  ])("finds none in %s", async (expression) => {
    expect(await findMistake(expression)).toBeUndefined();
  });

  it.each([
    [".spec.[", "syntax error"],
    ["", "syntax error"],
    [".a | nosuch", "nosuch/0 is not defined"],
    [".a), path(.b", "syntax error"],
    [".a) , (.b", "syntax error"],
    [".spec.replicas | length", "gives values, not paths"],
    ['"spec.replicas"', "gives values, not paths"],
    ['import "x" as x; .', "syntax error"],
    ["last(range(1e15))", "takes longer than 1 s"],
  ])("finds what is wrong with %j", async (expression, reason) => {
    expect(await findMistake(expression)).toContain(reason);
  });
});
