import { existsSync } from "node:fs";

import { filesBelow, sentence } from "./infra.ts";
import type { Projects } from "./project/admit.ts";
import { DEFAULT } from "./project/admit.ts";
import { parseProjects } from "./project/parse.ts";

/** Where projects are looked for when the stack names no folder; it need not exist. */
const FOLDER = "infra/projects";

export interface ReadProjects extends Projects {
  /** What cannot be pinned on one project. */
  readonly problems: readonly string[];
  /** What the projects ask for and nobody enforces. */
  readonly remarks: readonly string[];
}

/** Reads every AppProject below a folder; a mistake in one file leaves the others usable. */
export function readProjects(folder?: string): ReadProjects {
  const parsed = parseProjects(filesBelow(folder ?? FOLDER));
  const declared = parsed.flatMap(({ resources }) => resources);
  const broken = parsed.flatMap((file) => file.broken);
  const nameless = broken.filter(({ name }) => name === undefined);
  const isMissing = folder !== undefined && !existsSync(folder);
  return {
    declared,
    broken: broken.flatMap(({ name, failures }) => (name === undefined ? [] : [{ name, reason: sentence(failures) }])),
    unreadable: nameless.length > 0 || isMissing,
    problems: [
      ...(isMissing ? [`${folder}: there is no such folder (gitops:projects)`] : []),
      ...nameless.map(({ failures }) => sentence(failures)),
    ],
    remarks: declared.flatMap(({ name, unenforced }) => unenforced.map((remark) => `project ${name}: ${remark}`)),
  };
}

/** How `gitops:allowRemoval` names the one project whose loss would permit more than before. */
export const DEFAULT_PROJECT = `project/${DEFAULT}`;

/** The projects of an earlier run that nobody has given up. */
export function withoutGivenUp(before: readonly string[], allowRemoval: readonly string[]): readonly string[] {
  return before.filter((name) => !allowRemoval.includes(`project/${name}`));
}

/** The projects in force: those that have a file, and `default` when it had one and nobody has given it up. @param before see `withoutGivenUp` */
export function inForce({ declared, broken }: Projects, before: readonly string[]): readonly string[] {
  const present = [...declared, ...broken].map(({ name }) => name);
  return [...new Set([...present, ...before.filter((name) => name === DEFAULT)])].toSorted();
}
