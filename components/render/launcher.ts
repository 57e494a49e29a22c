import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

import { GitOpsError } from "../error.ts";
import type { ChildCommand, ChildResult } from "../git/child.ts";
import type { LaunchOrder, LaunchReport } from "./launcher.protocol.ts";

interface Waiting {
  readonly resolve: (result: ChildResult) => void;
  readonly reject: (error: GitOpsError) => void;
}

interface Launcher {
  readonly child: ChildProcess;
  readonly waiting: Map<number, Waiting>;
}

let launcher: Launcher | undefined;
let orders = 0;

/**
 * The same as `runChild`, out of a small process that stays. The system copies the page tables of whoever starts a process: for a program of
 * a gigabyte that takes 20 ms of a processor, for each of a thousand renders.
 * @throws GitOpsError as `runChild` does, and retryable Failed when the small process ended
 */
export async function launch(command: ChildCommand): Promise<ChildResult> {
  const { child, waiting } = (launcher ??= start());
  const id = orders++;
  const { promise, resolve, reject } = Promise.withResolvers<ChildResult>();
  waiting.set(id, { resolve, reject });
  hold(child);
  try {
    // Where it has ended, "exit" tells all who wait.
    child.send({ id, command } satisfies LaunchOrder, () => undefined);
    return await promise;
  } finally {
    waiting.delete(id);
    if (waiting.size === 0) letGo(child);
  }
}

/** Nothing of this process's environment and options is handed on. */
function start(): Launcher {
  const file = fileURLToPath(new URL("./launcher.process.ts", import.meta.url));
  const child = fork(file, { env: {}, execArgv: [], serialization: "advanced", stdio: "ignore" });
  const started: Launcher = { child, waiting: new Map() };
  child.on("message", (report: LaunchReport) => settle(started.waiting.get(report.id), report));
  child.on("error", (error) => end(started, error.message));
  child.on("exit", (code, signal) => end(started, `it ended with ${signal ?? `exit code ${code}`}`));
  return started;
}

/** While it works it keeps this process from ending, and otherwise it does not. */
function hold(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
}

function letGo(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

function settle(waiting: Waiting | undefined, report: LaunchReport): void {
  if ("result" in report) waiting?.resolve(report.result);
  else waiting?.reject(new GitOpsError(report.failure.message, report.failure));
}

function end(ended: Launcher, cause: string): void {
  if (launcher === ended) launcher = undefined;
  const error = new GitOpsError(`the process that starts renders is gone: ${cause}`, {
    code: "Failed",
    retryable: true,
  });
  for (const { reject } of ended.waiting.values()) reject(error);
}
