import type { Manifest } from "../manifest/object.ts";
import type { HookTask } from "./plan.ts";
import { textOf } from "./plan.ts";

/** An object that a hook has run as. */
export interface StartedHook {
  readonly task: HookTask;
  readonly object: Manifest;
}

/** The hooks of one operation, a sync with all its retries or a deletion: which have run, and as what. */
export interface HookRuns {
  /** Seconds since 1970. */
  readonly startedAt: number;
  /** The dry-runs are over and writing begins: a failure from here on is one that SyncFail hooks are for. */
  begin(): void;
  hasBegun(): boolean;
  start(task: HookTask, object: Manifest): void;
  /** A retry does not run it again. */
  succeed(tasks: readonly HookTask[]): void;
  hasSucceeded(task: HookTask): boolean;
  /** By object; a hook that ran in two phases under one name is there once. */
  started(): ReadonlyMap<string, StartedHook>;
}

export function trackHooks(startedAt = Math.floor(Date.now() / 1000)): HookRuns {
  const objects = new Map<string, StartedHook>();
  const succeeded = new Set<string>();
  let begun = false;
  return {
    startedAt,
    begin: () => void (begun = true),
    hasBegun: () => begun,
    start: (task, object) => void objects.set(textOf(object), { task, object }),
    succeed: (tasks) => tasks.forEach((task) => succeeded.add(keyOf(task))),
    hasSucceeded: (task) => succeeded.has(keyOf(task)),
    started: () => objects,
  };
}

function keyOf({ phase, text }: HookTask): string {
  return `${phase} ${text}`;
}
