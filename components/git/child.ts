import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";

import { causeOf, GitOpsError } from "../error.ts";

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Buffer;
  readonly timeoutMs: number;
  /** More than this on standard output ends the child. */
  readonly maxOutputBytes: number;
}

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  /** The last 64 kB. */
  readonly stderr: string;
  /** Why the child was killed from here. */
  readonly killed: "timeout" | "output" | undefined;
}

const MAX_STDERR_CHARACTERS = 65_536;
const GRACE_MS = 100;

/**
 * Runs a program without a shell, in a process group of its own, so that what it started can be ended with it.
 * @throws GitOpsError Unsupported when the program is not there; every way of ending is a result
 */
export async function runChild(command: ChildCommand): Promise<ChildResult> {
  const { args, env, cwd, input = "" } = command;
  const child = spawn(command.command, args, { env, cwd, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const result = watch(child, command);
  // A child that ends before it has read everything breaks the pipe; its exit code says more.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return result;
}

function watch(child: ChildProcess, command: ChildCommand): Promise<ChildResult> {
  const output: Buffer[] = [];
  let bytes = 0;
  let stderr = "";
  let killed: ChildResult["killed"];
  const stop = (why: "timeout" | "output"): void => {
    killed ??= why;
    killGroup(child);
    child.stdout?.destroy();
  };
  child.stdout?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > command.maxOutputBytes) stop("output");
    else output.push(chunk);
  });
  child.stderr?.on(
    "data",
    (chunk: Buffer) => (stderr = (stderr + chunk.toString("utf8")).slice(-MAX_STDERR_CHARACTERS)),
  );
  let timer = setTimeout(() => {
    // Were it this process that did not run for so long, what the child has said in time would be next.
    timer = setTimeout(() => stop("timeout"), GRACE_MS);
  }, command.timeoutMs);
  remember(child);
  return ended(child, command.command)
    .then(({ code, signal }) => {
      // What failed may have left a part of itself that waits for a server. What succeeded may have left a credential daemon, on purpose.
      if (code !== 0) killGroup(child);
      // A part of an answer must not be taken for all of it.
      return { code: killed === undefined ? code : null, signal, stdout: Buffer.concat(output), stderr, killed };
    })
    .finally(() => {
      clearTimeout(timer);
      forget(child);
    });
}

type End = Pick<ChildResult, "code" | "signal">;

/** Exit and the end of standard output, not "close": a credential daemon that a helper leaves behind keeps standard error open. */
function ended(child: ChildProcess, name: string): Promise<End> {
  return new Promise((resolve, reject) => {
    let end: End | undefined;
    let drained = false;
    const settle = (): void => {
      if (end !== undefined && (drained || end.signal !== null)) resolve(end);
    };
    child.on("error", (error) => reject(startFailure(name, error)));
    child.on("exit", (code, signal) => {
      end = { code, signal };
      settle();
    });
    child.stdout?.on("close", () => {
      drained = true;
      settle();
    });
  });
}

function startFailure(name: string, error: NodeJS.ErrnoException): GitOpsError {
  if (error.code === "ENOENT") {
    return new GitOpsError(`${name} was not found: it must be installed and on PATH`, {
      code: "Unsupported",
      cause: error,
    });
  }
  const retryable =
    error.code === "EAGAIN" || error.code === "EMFILE" || error.code === "ENFILE" || error.code === "ENOMEM";
  return new GitOpsError(`${name} cannot be started: ${causeOf(error)}`, { code: "Failed", retryable, cause: error });
}

const running = new Set<ChildProcess>();

function remember(child: ChildProcess): void {
  if (running.size === 0) process.on("exit", killRunning);
  running.add(child);
}

function forget(child: ChildProcess): void {
  running.delete(child);
  if (running.size === 0) process.off("exit", killRunning);
}

/** A group of its own is not reached by the terminal's Ctrl-C. */
function killRunning(): void {
  for (const child of running) killGroup(child);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
