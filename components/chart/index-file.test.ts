import { describe, expect, it } from "@jest/globals";

import { readIndex } from "./index-file.ts";
import { chooseVersion } from "./release.ts";

const HASH = "a".repeat(64);
const INDEX = `apiVersion: v1
entries:
  # Helm writes them sorted.
  api:
  - version: 1.0.0
    urls: [api-1.0.0.tgz]
    digest: ${HASH}
    description: |
      entries:
        nginx: not this one
  - version: "1.1"
    urls:
    - https://example.com/api-1.1.tgz
    digest: sha256:${HASH}
  - version: 1.2.0
    urls: []
  - {urls: [none.tgz]}
  nginx:
    - version: 9.9.9
      urls: [nginx.tgz]
generated: "2026-01-01T00:00:00Z"
`;

describe("the index of a chart repository", () => {
  it("gives the versions of one chart", () => {
    expect(readIndex("r", INDEX, "api")).toStrictEqual([
      { version: "1.0.0", urls: ["api-1.0.0.tgz"], digest: HASH },
      { version: "1.1", urls: ["https://example.com/api-1.1.tgz"], digest: HASH },
      { version: "1.2.0", urls: [] },
    ]);
    expect(readIndex("r", INDEX, "nginx")).toStrictEqual([{ version: "9.9.9", urls: ["nginx.tgz"] }]);
  });

  it.each([
    ["JSON", JSON.stringify({ entries: { api: [{ version: "1.0.0", urls: ["a.tgz"] }] } })],
    ["flow style", "entries: {api: [{version: 1.0.0, urls: [a.tgz]}]}\n"],
    ["no indentation of lists", "entries:\n  api:\n  - version: 1.0.0\n    urls:\n    - a.tgz\n"],
    ["quoted keys", 'entries:\n    "api":\n    - version: 1.0.0\n      urls: [a.tgz]\n'],
  ])("may be %s", (_, text) =>
    expect(readIndex("r", text, "api")).toStrictEqual([{ version: "1.0.0", urls: ["a.tgz"] }]),
  );

  it("reads no more of a large one than the part about the chart", () => {
    const others = Array.from(
      { length: 5_000 },
      (_, index) => `  c${index}:\n  - version: 1.0.${index}\n    urls: [x, &a y, *b]\n`,
    );
    const text = `entries:\n${others.join("")}  api:\n  - version: 1.0.0\n    urls: [a.tgz]\n`;
    expect(readIndex("r", text, "api")).toHaveLength(1);
  });

  it.each([
    ["no such chart", INDEX, "gone", "r has no chart gone"],
    ["a name of every object", INDEX, "constructor", "r has no chart constructor"],
    ["a text", "hello", "api", "r: its index.yaml cannot be read: expected a map with entries"],
    ["broken YAML", "entries:\n  api:\n  - [\n", "api", "r: its index.yaml cannot be read: "],
  ])("with %s is told", (_, text, chart, message) => expect(() => readIndex("r", text, chart)).toThrow(message));
});

describe("the version of a chart", () => {
  const versions = ["1.0.0", "1.2.0", "1.10.0", "2.0.0-rc.1", "nightly", "v1.3.0", "1.2.0+build"];
  const choose = (targetRevision: string) =>
    chooseVersion({ repoURL: "r", name: "api", targetRevision, passCredentials: false }, versions);

  it.each([
    ["1.0.0", "1.0.0"],
    ["nightly", "nightly"],
    ["1.2.0+build", "1.2.0+build"],
    ["1.x", "1.10.0"],
    ["~1.2", "1.2.0"],
    ["1.3.0", "v1.3.0"],
    ["^1.0.0 <1.5", "v1.3.0"],
    ["*", "1.10.0"],
    [">=2.0.0-0", "2.0.0-rc.1"],
  ])("for %s is %s", (text, expected) => expect(choose(text)).toBe(expected));

  it("that does not exist is told with those that do, the highest first", () => {
    expect(() => choose("3.x")).toThrow(
      "r has no version of api that is 3.x; there are: 2.0.0-rc.1, 1.10.0, v1.3.0, 1.2.0, 1.2.0+build, 1.0.0, nightly",
    );
    expect(() => choose("newest")).toThrow(/newest/);
  });
});
