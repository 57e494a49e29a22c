import { isGitOpsError } from "../error.ts";
import type { Api, Call } from "./api.ts";
import type { Failed } from "./failed.ts";

/** Whoever may forbid this process to write. */
export interface Guard {
  /** Asked right before a write leaves, so it cannot wait. */
  isOpen(): boolean;
  /** Resolves when writes may leave again. @throws when they may not */
  opened(): Promise<void>;
}

/** What becomes of a write that was ready to leave while the guard was closed. */
export const HELD_BACK: Failed = {
  kind: "failed",
  code: "Refused",
  cause: "the write was held back",
  sent: false,
  passing: false,
};

/**
 * The same API, except that a write leaves only while the guard is open. It is asked for each attempt and behind the queue, because
 * a process may be stopped anywhere and a request may wait long for its turn. Reads and dry-runs pass.
 */
export function guardWrites(api: Api, guard: Guard): Api {
  return {
    ...api,
    async call(call) {
      if (!isWrite(call)) return api.call(call);
      for (;;) {
        await guard.opened();
        try {
          return await api.call({ ...call, mayLeave: () => guard.isOpen() });
        } catch (error) {
          if (!wasHeldBack(error)) throw error;
        }
      }
    },
  };
}

function isWrite({ method, query }: Call): boolean {
  return method !== "GET" && query?.["dryRun"] === undefined;
}

function wasHeldBack(error: unknown): boolean {
  return isGitOpsError(error) && error.code === HELD_BACK.code;
}
