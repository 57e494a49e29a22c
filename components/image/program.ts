import { spawn } from "node:child_process";

const TIMEOUT_MS = 30_000;
const LONGEST_OUTPUT = 64 * 1024;

export interface ProgramResult {
  /** Undefined when the program did not end by itself: not found, stopped, too slow, too much output. */
  readonly exitCode: number | undefined;
  readonly output: string;
}

/**
 * Runs a program without a shell, gives it the text as input and answers with what it prints. Standard error is dropped: a
 * program that deals with credentials may print them.
 */
export function runProgram(
  file: string,
  args: readonly string[],
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { env, stdio: ["pipe", "pipe", "ignore"] });
    let output = "";
    const finish = (exitCode: number | undefined): void => {
      clearTimeout(timer);
      // What the program started may hold the pipe open for ever.
      child.stdout.destroy();
      resolve({ exitCode, output });
    };
    const stop = (): void => {
      child.kill("SIGKILL");
      finish(undefined);
    };
    // Not spawn's own timeout: its timer goes on when the program is not found.
    const timer = setTimeout(stop, TIMEOUT_MS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.length > LONGEST_OUTPUT) stop();
    });
    child.on("error", () => finish(undefined));
    child.on("close", (exitCode) => finish(exitCode ?? undefined));
    // A program that reads no input closes the pipe; how it ends tells the rest.
    child.stdin.on("error", () => undefined).end(input);
  });
}
