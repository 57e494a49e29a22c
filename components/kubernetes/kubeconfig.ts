import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

import { isMap, LineCounter, parseDocument } from "yaml";

import type { Failure } from "../error.ts";
import type { KubeconfigReference } from "../sync.protocol.ts";
import type { Section } from "./section.ts";
import { sectionOf } from "./section.ts";

/** One context of a kubeconfig with what it refers to. */
export interface Context {
  readonly section: Section;
  readonly cluster: Section;
  /** Absent when the context names none, as that of `kubectl proxy` does. */
  readonly user?: Section;
}

const MISSING: readonly string[] = ["ENOENT", "ENOTDIR"];

/**
 * Finds the context to use as kubectl does: in the file of the reference, else in the files of KUBECONFIG, else in
 * `~/.kube/config`. Of several files the first one to name a cluster, user, context or current-context wins.
 * @param failures takes every mistake on the way; `undefined` is returned only together with one
 */
export async function readContext(
  reference: KubeconfigReference,
  env: NodeJS.ProcessEnv,
  failures: Failure[],
): Promise<Context | undefined> {
  const files = filesOf(reference, env);
  const configs = await readFiles(files, failures);
  if (configs.length === 0) return undefined;
  const where = files.join(", ");
  const contexts = namesIn(configs, "contexts");
  const name = reference.context ?? configs.map((config) => config.text("current-context")).find(Boolean);
  if (name === undefined || !contexts.includes(name)) {
    failures.push({ file: where, ...unknownContext(name, contexts, reference) });
    return undefined;
  }
  return resolve(name, configs);
}

function filesOf({ path }: KubeconfigReference, env: NodeJS.ProcessEnv): readonly string[] {
  const home = env["HOME"] ?? homedir();
  if (path !== undefined) return [path.startsWith("~/") ? join(home, path.slice(2)) : path];
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  return listed.length > 0 ? listed : [join(home, ".kube", "config")];
}

/** A file missing from a list of several is no mistake, as long as one of them is there: kubectl has it so. */
async function readFiles(files: readonly string[], failures: Failure[]): Promise<readonly Section[]> {
  const absent: Failure[] = [];
  const configs: Section[] = [];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch((error: unknown) => codeOf(error));
    if (typeof text === "string") configs.push(...parse(file, text, failures));
    else if (MISSING.includes(text.code)) absent.push({ file, property: "", reason: "the kubeconfig does not exist" });
    else failures.push({ file, property: "", reason: `the kubeconfig cannot be read (${text.code})` });
  }
  if (configs.length === 0 && failures.length === 0) failures.push(...absent);
  return configs;
}

function codeOf(error: unknown): { readonly code: string } {
  return { code: (error as NodeJS.ErrnoException).code ?? "unknown error" };
}

/** Only the kind of a syntax error is told: the parser's own message may quote a token. */
function parse(file: string, text: string, failures: Failure[]): readonly Section[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  for (const { code, pos } of document.errors) {
    const reason = `not valid YAML (${code.toLowerCase().replaceAll("_", " ")})`;
    failures.push({ file, line: lines.linePos(pos[0]).line, property: "", reason });
  }
  if (document.errors.length > 0) return [];
  if (isMap(document.contents)) return [sectionOf(document.contents, "", { file, lines, failures })];
  const found = text.trim() === "" ? "an empty file" : "something else";
  failures.push({ file, line: 1, property: "", reason: `expected a kubeconfig, found ${found}` });
  return [];
}

function namesIn(configs: readonly Section[], list: string): readonly string[] {
  return [...new Set(configs.flatMap((config) => config.sections(list).flatMap((entry) => entry.text("name") ?? [])))];
}

function unknownContext(
  name: string | undefined,
  contexts: readonly string[],
  reference: KubeconfigReference,
): Pick<Failure, "property" | "reason"> {
  const property = reference.context === undefined ? "current-context" : "contexts";
  const choice = contexts.length === 0 ? "there are no contexts" : `expected one of ${contexts.join(", ")}`;
  return { property, reason: name === undefined ? `is not set; ${choice}` : `${choice}, found no ${name}` };
}

function resolve(name: string, configs: readonly Section[]): Context | undefined {
  const section = find(configs, "contexts", name, "context");
  if (section === undefined) return undefined;
  const cluster = referred(configs, section, "cluster");
  const user = referred(configs, section, "user");
  return cluster && { section, cluster, ...(user && { user }) };
}

/** What a context refers to by name. */
function referred(configs: readonly Section[], context: Section, key: "cluster" | "user"): Section | undefined {
  const name = context.text(key);
  if (name === undefined && key === "cluster") context.fail(key, "expected the name of a cluster, found none");
  if (name === undefined) return undefined;
  const names = namesIn(configs, `${key}s`);
  if (names.includes(name)) return find(configs, `${key}s`, name, key);
  context.fail(key, `expected one of ${names.join(", ") || "the (missing) list"}, found ${name}`);
  return undefined;
}

/** The first entry of that name, unwrapped: `contexts: [{name, context: {...}}]`. */
function find(configs: readonly Section[], list: string, name: string, key: string): Section | undefined {
  const entries = configs.flatMap((config) => config.sections(list));
  const entry = entries.find((each) => each.text("name") === name);
  const inner = entry?.section(key);
  if (inner === undefined) entry?.fail(key, `expected a mapping, found nothing`);
  return inner;
}
