import { setTimeout as sleep } from "node:timers/promises";

import { combineErrors, GitOpsError } from "../error.ts";
import { isDefinition, needs, provides } from "../manifest/arrange.ts";
import { rehearseAll } from "./apply.ts";
import type { ToApply } from "./apply.ts";
import type { HookContext } from "./hook.ts";
import { rehearseHook } from "./hook.ts";
import type { HookTask } from "./plan.ts";
import type { Rehearsal } from "./rehearse.ts";
import { settle } from "./settle.ts";
import type { Writing } from "./tailor.ts";

/**
 * The API server goes on checking objects by the old form of a definition for a moment after it has stored and established the
 * new one, and nothing tells when that is over. A refusal counts only after these waits.
 */
const SCHEMA_WAITS_MS = [200, 400, 800, 1600, 3200, 6400] as const;

/** Dry-runs of one sync: of most objects before its first write, of some only when what they need has come. */
export interface Rehearsals {
  /** Of objects that could be dry-run so far. */
  of(changes: ToApply): readonly Rehearsal[];
  /** Dry-runs what waited for the namespaces and definitions among these. @throws as {@link rehearse} */
  provided(tasks: readonly Work[]): Promise<void>;
}

/** What makes an object. */
export type Work = ToApply[number] | HookTask;

/**
 * Dry-runs every object that can be: not one whose namespace does not exist yet, or whose definition comes or changes in this sync.
 * @throws one GitOpsError that names every object that was refused
 */
export async function rehearse(context: HookContext, writing: Writing, work: readonly Work[]): Promise<Rehearsals> {
  const done = new Map<string, Rehearsal>();
  const [foundations, others] = partition(work, ({ manifest }) => provides(manifest) !== undefined);
  const first = await rehearseSome(context, writing, foundations, done);
  // A definition that changes may serve other versions and fields.
  const missing = new Set(
    foundations.filter((task) => isDefinition(task.manifest) || isToCome(task, done)).map(provided),
  );
  const isReady = ({ manifest }: Work) => !needs(manifest).some((need) => missing.has(need));
  const [ready, later] = partition(others, isReady);
  refuseAll([...first, ...(await rehearseSome(context, writing, ready, done))]);
  let waiting = later;
  return {
    of: (some) => some.map(({ text }) => done.get(text) ?? refuse(text)),
    async provided(some) {
      for (const task of some) missing.delete(provided(task));
      const [now, still] = partition(waiting, isReady);
      waiting = still;
      const isChanged = some.some((task) => isDefinition(task.manifest) && !isToCome(task, done));
      const waits = isChanged ? SCHEMA_WAITS_MS : [];
      refuseAll(await rehearsePatiently(() => rehearseSome(context, writing, now, done), waits));
    },
  };
}

/** @returns what was refused; everything else is in `done` afterwards */
async function rehearseSome(
  context: HookContext,
  writing: Writing,
  work: readonly Work[],
  done: Map<string, Rehearsal>,
): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  const note = (error: unknown) => void errors.push(error);
  const changes = work.filter((task) => task.action === "apply");
  const rehearsals = await rehearseAll(writing, changes).catch(note);
  rehearsals?.forEach((rehearsal, index) => done.set(changes[index]?.text ?? "", rehearsal));
  const hooks = work.filter((task) => task.action === "hook");
  await settle(hooks, (task) => rehearseHook(context, task)).catch(note);
  return errors;
}

/** @returns what is still refused after the last wait */
async function rehearsePatiently(
  attempt: () => Promise<readonly unknown[]>,
  waitsMs: readonly number[],
): Promise<readonly unknown[]> {
  let errors = await attempt();
  for (const wait of waitsMs) {
    if (errors.length === 0) return errors;
    await sleep(wait);
    errors = await attempt();
  }
  return errors;
}

function refuseAll(errors: readonly unknown[]): void {
  if (errors.length > 0) throw combineErrors(errors);
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

function provided({ manifest }: Work): string {
  return provides(manifest) ?? "";
}

/** A namespace may be there, made by somebody else. */
function isToCome({ text }: Work, done: ReadonlyMap<string, Rehearsal>): boolean {
  return done.get(text)?.live === undefined;
}

function refuse(text: string): never {
  throw new GitOpsError(`${text}: its turn came before it was dry-run`, { code: "Failed", ref: text });
}
