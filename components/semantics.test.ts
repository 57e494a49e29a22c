import { globSync, readFileSync } from "node:fs";

import { describe, expect, it } from "@jest/globals";

import { KNOWN_FINALIZERS } from "./application/application.ts";
import { ARGO_ANNOTATIONS, OBJECT_COMPARE_OPTIONS } from "./application/argo-annotations.ts";
import { FIELDS } from "./application/fields.ts";
import { SYNC_OPTION_NAMES } from "./application/sync-options.ts";
import { SETTINGS } from "./image/setting.ts";
import { APPLICATION_SETTINGS } from "./image/write-back-settings.ts";
import { DELETE_POLICIES, HOOK_TYPES } from "./manifest/hook.ts";
import { PROJECT_FIELDS } from "./project/fields.ts";

const ROOT = new URL("../", import.meta.url);

function textOf(path: string): string {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/** Names, as code and prose spell them. */
function wordsIn(page: string): ReadonlySet<string> {
  return new Set(page.match(/[A-Za-z][A-Za-z0-9-]*/g));
}

const page = textOf("docs/semantics.md");
const code = [...page.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text).join(" ");
const [words, spelt] = [wordsIn(page), wordsIn(code)];

describe("docs/semantics.md", () => {
  it.each(Object.entries(FIELDS))("has every field of %s", (_place, table) => {
    expect(Object.keys(table).filter((name) => !spelt.has(name))).toEqual([]);
  });

  it("has the way out of every field that is refused", () => {
    expect(refusals().filter((text) => !page.includes(text))).toEqual([]);
  });

  it.each([
    ["sync option", SYNC_OPTION_NAMES],
    ["compare option", OBJECT_COMPARE_OPTIONS.map((option) => option.replace("=true", ""))],
    ["annotation", ARGO_ANNOTATIONS.map((key) => key.slice(key.indexOf("/") + 1))],
    ["finalizer", KNOWN_FINALIZERS.map((name) => name.slice(0, name.indexOf(".")))],
    ["hook type", HOOK_TYPES],
    ["delete policy", DELETE_POLICIES],
  ])("has every %s", (_noun, names) => {
    expect(names.filter((name) => !words.has(name))).toEqual([]);
  });

  it("quotes only errors that a test has seen", () => {
    const quoted = [...page.matchAll(/refused[^|`]*: `([^`]+)`/g)].map(([, text = ""]) => text.replace("\\|", "|"));
    expect(quoted.length).toBeGreaterThan(20);
    const files = globSync("{components,test}/**/*.test.ts", { cwd: ROOT }).map(textOf);
    const seen = [...files, ...refusals()].join("\n");
    expect(quoted.filter((text) => !seen.includes(text))).toEqual([]);
  });
});

it("docs/projects.md has every field of a project that is read", () => {
  const read = Object.entries(PROJECT_FIELDS.spec).flatMap(([name, rule]) => (rule === "ignored" ? [] : [name]));
  const projects = wordsIn(textOf("docs/projects.md"));
  expect(read.filter((name) => !projects.has(name))).toEqual([]);
});

it("docs/images.md has every annotation of Image Updater", () => {
  const images = textOf("docs/images.md");
  expect(["image-list", ...SETTINGS, ...APPLICATION_SETTINGS].filter((name) => !images.includes(name))).toEqual([]);
});

/** What is said of fields that are not carried out yet. */
function refusals(): readonly string[] {
  const rules = Object.values(FIELDS).flatMap((table) => Object.values<string | { readonly notYet: string }>(table));
  return rules.flatMap((rule) => (typeof rule === "string" ? [] : [`not supported yet: ${rule.notYet}`]));
}
