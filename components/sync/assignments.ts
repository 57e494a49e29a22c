import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import type { Assignment } from "../sync.protocol.ts";

/** What is known so far of which Application states which object. */
export interface KnownAssignments {
  /** Applications that state the object in Git. */
  statedBy(text: string): readonly string[];
  /** What an Application states; undefined: nobody knows yet, or it is on hold or skipped. */
  of(application: string): Assignment["objects"] | undefined;
  /** Applications of which nothing was told yet. */
  readonly pending: readonly string[];
  /** Applications whose sources could not be read. */
  readonly unknown: readonly string[];
}

const LOOK_EVERY_MS = 100;
/** How long what hangs on it may wait for the slowest source of all Applications. */
const PATIENCE_MS = 60_000;

interface Note {
  readonly path: string;
  readonly file: number;
  /** Bytes that `known` is made of. */
  size: number;
  known: KnownAssignments;
}

const notes = new Map<string, Note>();

/**
 * Remembers for this process where the program writes its assignments. The file stays open, because the program ends, and removes it, before
 * deletions begin.
 * @throws when there is no such file: nobody could tell then what others state
 */
export function noteAssignments(environment: string, path: string): void {
  const before = notes.get(environment);
  if (before?.path === path) return;
  notes.set(environment, { path, file: openSync(path, "r"), size: 0, known: parseAssignments("") });
  if (before !== undefined) closeSync(before.file);
}

/** What is known by now; undefined when no program told anything, as in `pulumi destroy`. */
export function assignmentsNow(environment: string): KnownAssignments | undefined {
  const note = notes.get(environment);
  return note === undefined ? undefined : refreshed(note).known;
}

/** The same, once every Application has been told of, or patience has ended. */
export async function assignmentsOf(
  environment: string,
  patienceMs = PATIENCE_MS,
): Promise<KnownAssignments | undefined> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const known = assignmentsNow(environment);
    if (known === undefined || known.pending.length === 0 || performance.now() > deadline) return known;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Lines are only ever added, so a file that has not grown says what it said. */
function refreshed(note: Note): Note {
  const { size: length } = fstatSync(note.file);
  if (length === note.size) return note;
  const bytes = Buffer.alloc(length);
  const size = readSync(note.file, bytes, 0, length, 0);
  return Object.assign(note, { size, known: parseAssignments(bytes.subarray(0, size).toString()) });
}

/** A last line without an end is still being written. */
export function parseAssignments(text: string): KnownAssignments {
  const [applications = [], ...told] = text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as readonly string[] & Assignment);
  const known = new Map(told.map((assignment) => [assignment.application, assignment]));
  const stating = Map.groupBy(
    told.flatMap(({ application, objects = [] }) => objects.map((object) => ({ application, object }))),
    ({ object }) => object,
  );
  return {
    statedBy: (object) => (stating.get(object) ?? []).map(({ application }) => application),
    of: (application) => known.get(application)?.objects,
    pending: applications.filter((name) => !known.has(name)),
    unknown: told
      .filter(({ objects, skipped }) => objects === undefined && skipped !== true)
      .map(({ application }) => application),
  };
}
