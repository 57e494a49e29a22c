import { existsSync } from "node:fs";

import { filesBelow, sentence } from "./infra.ts";
import type { Projects } from "./project/admit.ts";
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
