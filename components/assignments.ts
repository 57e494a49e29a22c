import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Assignment } from "./sync.protocol.ts";

/**
 * Which Application states which object, written down for the provider process as it becomes known: an object that moves from one
 * Application to another must not be deleted by the first (docs/adr/0015-a-moved-object-is-never-deleted.md).
 */
export interface Assignments {
  /** Where it is written: one JSON value a line. */
  readonly path: string;
  /** Has to be told before the Application is registered. */
  tell(assignment: Assignment): void;
}

/**
 * @param applications all names that will be told of
 * @param parent where the file lies in a folder of its own, which goes with the process
 */
export function openAssignments(applications: readonly string[], parent: string = tmpdir()): Assignments {
  const folder = mkdtempSync(join(parent, "pulumi-gitops-"));
  if (folders.length === 0) process.once("exit", removeFolders);
  folders.push(folder);
  const path = join(folder, "assignments");
  const write = (line: unknown) => appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  write(applications);
  return { path, tell: write };
}

const folders: string[] = [];

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
