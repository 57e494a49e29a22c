import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

/** The run was ended by a signal; nothing is wrong with the step itself. */
export class Interrupted extends Error {
  constructor(signal) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

let current;
let signal;

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(name, () => {
    signal = name;
    // The one signal after which the Pulumi CLI ends its plugins before itself.
    if (current?.pid !== undefined) process.kill(-current.pid, "SIGINT");
  });

/** Forgets a signal, so that what cleans up after it can run commands of its own. */
export function resume() {
  signal = undefined;
}

/**
 * Runs one command line in bash and resolves with its exit code and everything it printed, in the order it came.
 * @throws Interrupted when we were told to stop meanwhile
 */
export async function bash(command, options) {
  const chunks = [];
  const collect = ({ stdout }) => stdout.on("data", (chunk) => chunks.push(chunk));
  const status = await run("bash", ["-c", `{ ${command}\n} 2>&1`], { ...options, stdout: "pipe" }, collect);
  const output = Buffer.concat(chunks).toString();
  return { status, output, plain: stripVTControlCharacters(output) };
}

/** Runs a program whose output goes straight through; resolves with its exit code. */
export function passThrough(program, args, options) {
  return run(program, args, { ...options, stdout: "inherit" });
}

/** In a process group of its own, so that a signal reaches what the command has started. */
function run(program, args, { cwd, env, stdout }, onStart = () => undefined) {
  if (signal !== undefined) return Promise.reject(new Interrupted(signal));
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", stdout, "inherit"] });
  current = child;
  onStart(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => {
      current = undefined;
      if (signal !== undefined) reject(new Interrupted(signal));
      else resolve(status ?? 1);
    });
  });
}
