import { readFileSync } from "node:fs";

import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";

import { decodeSettings } from "./keys.ts";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const page = read("docs/environments.md");
const { config: declared } = parse(read("Pulumi.yaml")) as {
  readonly config: Readonly<Record<string, { readonly default: unknown }>>;
};

interface Row {
  readonly key: string;
  readonly accepted: string;
  readonly default: string;
  readonly example: string;
}

const rows = page.split("\n").flatMap((line): readonly Row[] => {
  const [name = "", accepted = "", standard = "", example = ""] = line
    .split("|")
    .slice(1)
    .map((cell) => cell.trim());
  const key = /^`gitops:(\w+)`$/.exec(name)?.[1];
  return key === undefined ? [] : [{ key, accepted, default: standard, example }];
});

/** As Pulumi hands it to a program. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What stands between the first pair of backticks, as YAML. */
function valueIn(cell: string): unknown {
  return parse(/`([^`]+)`/.exec(cell)?.[1] ?? "");
}

function mistakesIn(values: Readonly<Record<string, unknown>>): readonly string[] {
  const texts = Object.entries(values).map(([key, value]) => [key, textOf(value)]);
  const { failures } = decodeSettings(Object.fromEntries(texts) as Record<string, string>, "qa");
  return failures.map(({ property, reason }) => `${property}: ${reason}`);
}

/** The keys that a map may have, as a mistake in it names them. */
function keysOf(value: unknown, key: string): readonly string[] {
  const [mistake = ""] = mistakesIn({ [key]: value }).filter((text) => text.includes("unknown key, expected one of "));
  return mistake.slice(mistake.indexOf("one of ") + "one of ".length).split(", ");
}

describe("docs/environments.md", () => {
  it("names every key of Pulumi.yaml once, and no other", () => {
    expect(rows.map(({ key }) => key).toSorted()).toEqual(Object.keys(declared).toSorted());
  });

  it.each(rows.map((row) => [row.key, row] as const))("has the default of %s", (key, row) => {
    const value = declared[key]?.default;
    const isNothing = value === "" || JSON.stringify(value) === "{}" || JSON.stringify(value) === "[]";
    if (isNothing) expect(row.default).toMatch(/^—/);
    else expect(valueIn(row.default)).toEqual(value);
  });

  it.each(rows.map((row) => [row.key, row] as const))("has an example of %s that is accepted", (key, row) => {
    const value = valueIn(row.example);
    expect(value).toBeTruthy();
    expect(mistakesIn({ [key]: value })).toEqual([]);
  });

  it.each([
    ["images", { "?": 1 }],
    ["gate", { "?": 1 }],
    ["access", { "?": 1 }],
    ["signatures", [{ "?": 1 }]],
    ["overrides", { api: { "?": 1 } }],
    ["namespaces", { qa: { "?": 1 } }],
    ["cluster", { kind: "gke", "?": 1 }],
    ["cluster", { "?": 1 }],
  ])("names every key that %s may have", (key, value) => {
    const keys = keysOf(value, key);
    expect(keys.length).toBeGreaterThan(1);
    const accepted = rows.find((row) => row.key === key)?.accepted ?? "";
    expect(keys.filter((name) => !new RegExp(`\\b${name}\\b`).test(accepted))).toEqual([]);
  });

  it("has no stack file of more than ten lines, and none with a mistake", () => {
    const files = [...page.matchAll(/^```yaml\n# Pulumi\.\w+\.yaml\n([^`]*)^```$/gm)].map(([, text = ""]) => text);
    expect(files).toHaveLength(2);
    for (const text of files) {
      expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
      const { config } = parse(text) as { readonly config: Readonly<Record<string, unknown>> };
      const own = Object.entries(config).map(([key, value]) => [key.replace("gitops:", ""), value]);
      expect(mistakesIn(Object.fromEntries(own) as Record<string, unknown>)).toEqual([]);
    }
  });
});

it("README.md names every key of Pulumi.yaml in its shorter table", () => {
  const named = [...read("README.md").matchAll(/`gitops:(\w+)`/g)].map(([, key]) => key);
  expect(Object.keys(declared).filter((key) => !named.includes(key))).toEqual([]);
});
