import { escapeUnprintable } from "../application/quote.ts";
import { GitOpsError } from "../error.ts";
import type { ChildResult } from "../git/child.ts";

const MAX_CAUSE = 600;

/** @throws GitOpsError Refused when a limit ended the program */
export function refuseKilled(subject: string, program: string, { killed, signal, stderr }: ChildResult): void {
  const refused = (reason: string) => new GitOpsError(`${subject}: ${program} ${reason}`, { code: "Refused" });
  if (killed === "timeout") throw refused("did not end in time and was stopped");
  if (killed === "output") throw refused("writes more than is read and was stopped");
  if (signal !== null || /out of memory|cannot allocate/.test(stderr))
    throw refused("used more memory or time than it may and was stopped");
}

/** What a program complained about, in one line and without the private folder. */
export function causeIn(stderr: string, folder: string): string {
  const cause = stderr
    .replaceAll(`${folder}/`, "")
    .replaceAll(folder, ".")
    .replace(/^(?:#.*\n)*(?:[Ee]rror: )?/, "");
  return escapeUnprintable(
    cause
      .trim()
      .replace(/\s*\n\s*/g, " ")
      .slice(0, MAX_CAUSE),
  );
}
