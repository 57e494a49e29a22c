import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isRunning, startTime } from "../setup/process.mjs";
import { filesIn } from "./folder.mjs";

const POLL = 50;
const READY_WITHIN = 60_000;
const END_WITHIN = 10_000;
const LINES_OF_LOG = 15;

/**
 * Starts `command` (`{program, args, env?}`) so that it outlives this process, its output appended to log/NAME.log.
 * Returns what names it later: `{pid, startTime}`.
 */
export function launch(dir, name, { program, args, env = {} }) {
  if (!existsSync(program)) throw new Error(`${name}: there is no ${program}; run \`npm run setup\``);
  const log = openSync(logFile(dir, name), "a");
  // Nothing of the caller's environment but PATH: a sandbox behaves the same whoever starts it.
  const own = { PATH: process.env["PATH"], HOME: dir };
  const options = { cwd: dir, env: { ...own, ...env }, detached: true, stdio: ["ignore", log, log] };
  const child = spawn(program, args, options);
  closeSync(log);
  if (child.pid === undefined) throw new Error(`${name}: ${program} could not be started`);
  child.unref();
  return { pid: child.pid, startTime: startTime(child.pid) };
}

/** Waits until `ready()` is true. Throws with the end of the log when the process ends or takes too long. */
export async function waitReady(dir, name, child, ready) {
  const deadline = Date.now() + READY_WITHIN;
  while (!(await ready())) {
    if (!isRunning(child)) throw new Error(`${name} ended while it started\n${tail(dir, name)}`);
    if (Date.now() > deadline)
      throw new Error(`${name} was not ready within ${READY_WITHIN / 1000} s\n${tail(dir, name)}`);
    await delay(POLL);
  }
}

/** Ends exactly this process; by force at once, or when it does not go by itself. */
export async function end(child, { force = false } = {}) {
  for (const signal of force ? ["SIGKILL"] : ["SIGTERM", "SIGKILL"]) {
    const deadline = Date.now() + END_WITHIN;
    if (isRunning(child)) process.kill(child.pid, signal);
    while (isRunning(child) && Date.now() < deadline) await delay(POLL);
  }
  if (isRunning(child)) throw new Error(`process ${child.pid} cannot be ended`);
}

function tail(dir, name) {
  const lines = readFileSync(logFile(dir, name), "utf8").trimEnd().split("\n").slice(-LINES_OF_LOG);
  return [`  from ${logFile(dir, name)}:`, ...lines.map((line) => `  | ${line}`)].join("\n");
}

function logFile(dir, name) {
  return join(filesIn(dir).logs, `${name}.log`);
}
