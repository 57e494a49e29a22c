import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Application } from "./application/application.ts";
import { findDependencyMistakes } from "./application/dependencies.ts";
import { parseApplications } from "./application/parse.ts";
import type { SourceFile } from "./application/resources.ts";
import type { Failure } from "./error.ts";
import { formatFailure } from "./error.ts";

/** The infra repository as it was read: what is sound, and what is not. */
export interface Infra {
  readonly applications: readonly Application[];
  /** Applications whose file is broken but says who they are: they stay as they run. */
  readonly broken: readonly { readonly name: string; readonly reason: string }[];
  /** What cannot be pinned on one Application. */
  readonly problems: readonly string[];
}

/** Reads every Application below a folder; a mistake in one file leaves the others usable. */
export function readInfra(folder: string): Infra {
  const files = filesBelow(folder);
  const parsed = parseApplications(files);
  const read = parsed.flatMap((file) => file.applications);
  const unread = parsed.flatMap((file) => file.broken);
  const names = [...read, ...unread].flatMap(({ name }) => name ?? []);
  const mistakes = findDependencyMistakes(read, names);
  const mistaken = [...mistakes].map(([name, failures]) => ({ name, failures }));
  const broken = [...unread, ...mistaken];
  const problems = broken.filter(({ name }) => name === undefined).map(({ failures }) => sentence(failures));
  return {
    applications: read.filter(({ name }) => !mistakes.has(name)),
    broken: broken.flatMap(({ name, failures }) => (name === undefined ? [] : [{ name, reason: sentence(failures) }])),
    problems:
      files.length === 0
        ? [`${folder}: no Application found (gitops:applications names the folder)`, ...problems]
        : problems,
  };
}

/** Every YAML and JSON file below a folder; none when there is no such folder. */
export function filesBelow(folder: string): readonly SourceFile[] {
  const names = globSync("**/*.{yaml,yml,json}", { cwd: folder }).toSorted();
  return names.map((name) => ({ file: join(folder, name), text: readFileSync(join(folder, name), "utf8") }));
}

export function sentence(failures: readonly Failure[]): string {
  return failures.map(formatFailure).join("\n");
}
