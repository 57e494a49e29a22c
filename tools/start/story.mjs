import { setTimeout as sleep } from "node:timers/promises";
import { bash } from "./shell.mjs";
import { dim, ok, print, prompt, show, ticker } from "./terminal.mjs";

const LOOK_EVERY_MS = 500;
const PATIENCE_MS = 20_000;

/** A step did not do what it said. */
export class Mismatch extends Error {
  constructor(expected, found) {
    super(`expected ${expected}`);
    this.found = found;
  }
}

/**
 * What a story is made of: commands that are shown with what they print, looks at the result, and preparations. All throw Mismatch.
 */
export function createStory({ cwd, env }) {
  /**
   * @param exit the exit code it must end with
   * @param shows texts that must be printed, @param hides texts that must not
   * @param trim lines -> lines that are worth a reader's time; what it leaves out is counted
   */
  async function run(command, { exit = 0, shows = [], hides = [], trim = (lines) => lines } = {}) {
    prompt(command);
    const stop = ticker();
    const { status, output, plain } = await bash(command, { cwd, env }).finally(stop);
    if (status !== exit) throw new Mismatch(`exit code ${exit}, found ${status}`, plain);
    for (const text of shows) if (!plain.includes(text)) throw new Mismatch(`"${text}" in what it prints`, plain);
    for (const text of hides) if (plain.includes(text)) throw new Mismatch(`no "${text}" in what it prints`, plain);
    for (const line of trim(linesOf(output))) show(line);
    if (status !== 0) print(dim(`  (exit code ${status})`));
    return plain;
  }

  /** Waits until a command prints exactly that, and says so in a sentence. */
  async function confirm(sentence, command, expected) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const { plain } = await bash(command, { cwd, env });
      const found = plain.trim();
      if (found === expected) return ok(sentence);
      if (Date.now() > deadline) throw new Mismatch(`"${expected}" from ${command} (${sentence})`, plain);
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Something that has to be done and is not worth a look. */
  async function quietly(command) {
    const { status, plain } = await bash(command, { cwd, env });
    if (status !== 0) throw new Mismatch(`exit code 0 from ${command}, found ${status}`, plain);
  }

  return { run, confirm, quietly };
}

function linesOf(output) {
  const text = output.trimEnd();
  return text === "" ? [] : text.split("\n");
}
